import type { Endpoint } from '../endpoint.ts';

/** Between them stands what `npm run openapi` writes. */
const BEGIN = '<!-- endpoints: written by npm run openapi -->';
const END = '<!-- /endpoints -->';

const row = ({ name, path, summary, documented }: Endpoint): string => {
  const answers = documented.map((steps) => `\`${steps.map(String).join('.')}\``);
  return `| \`${name}\` · \`POST ${path}\` | ${summary} | ${answers.join(', ')} |`;
};

/**
 * A page with the table of the endpoints as it is to be.
 * @throws Error when the page has no place for it.
 */
export const withEndpointTable = (page: string, endpoints: readonly Endpoint[]): string => {
  const [begin, end] = [page.indexOf(BEGIN), page.indexOf(END)];
  if (begin < 0 || end < begin) throw new Error(`the page has no ${BEGIN} … ${END}`);
  const table = ['| Lambda and route | does | answer |', '| --- | --- | --- |', ...endpoints.map(row)];
  return `${page.slice(0, begin)}${BEGIN}\n\n${table.join('\n')}\n\n${page.slice(end)}`;
};
