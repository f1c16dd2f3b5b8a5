import type { ContractEndpoint } from '../contract-endpoint.ts';
import type { Endpoint } from '../endpoint.ts';
import { membersAt, readTree } from '../schema-tree.ts';

/** Between them stands what `npm run openapi` writes. */
const BEGIN = '<!-- endpoints: written by npm run openapi -->';
const END = '<!-- /endpoints -->';

type Row = Pick<ContractEndpoint, 'name' | 'method' | 'path' | 'summary' | 'response'>;

const row = ({ name, method, path, summary, response }: Row): string => {
  const members = response === undefined ? [] : membersAt(readTree(response), []);
  const answers = members.map((member) => `\`${member}\``).join(', ') || '204';
  return `| \`${name}\` · \`${method} ${path}\` | ${summary} | ${answers} |`;
};

/**
 * A page with the table of the endpoints as it is to be.
 * @throws Error when the page has no place for it.
 */
export const withEndpointTable = (
  page: string,
  endpoints: readonly Endpoint[],
  contractEndpoints: readonly ContractEndpoint[],
): string => {
  const [begin, end] = [page.indexOf(BEGIN), page.indexOf(END)];
  if (begin < 0 || end < begin) throw new Error(`the page has no ${BEGIN} … ${END}`);
  const all: Row[] = [
    ...endpoints.map((endpoint) => ({ ...endpoint, method: 'POST' as const })),
    ...contractEndpoints,
  ];
  const table = ['| Lambda and route | does | answer |', '| --- | --- | --- |', ...all.map(row)];
  return `${page.slice(0, begin)}${BEGIN}\n\n${table.join('\n')}\n\n${page.slice(end)}`;
};
