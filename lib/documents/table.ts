import type { ContractEndpoint } from '../contract-endpoint.ts';
import type { Endpoint } from '../endpoint.ts';
import { membersAt, readTree } from '../schema-tree.ts';

/** Between them stands what `npm run openapi` writes. */
const BEGIN = '<!-- endpoints: written by npm run openapi -->';
const END = '<!-- /endpoints -->';

type Row = Pick<ContractEndpoint, 'name' | 'method' | 'path' | 'summary' | 'response'>;

const cellsOf = ({ name, method, path, summary, response }: Row) => {
  const members = response === undefined ? [] : membersAt(readTree(response), []);
  const answer = members.map((member) => `\`${member}\``).join(', ') || '204';
  return { route: `\`${name}\` · \`${method} ${path}\``, summary, answer };
};

type Column = { head: string; of: keyof ReturnType<typeof cellsOf> };
const IN_ENGLISH: Column[] = [
  { head: 'Lambda and route', of: 'route' },
  { head: 'does', of: 'summary' },
  { head: 'answer', of: 'answer' },
];
/** Summaries are in English alone. */
const IN_CHINESE: Column[] = [
  { head: 'Lambda 与路由', of: 'route' },
  { head: '应答', of: 'answer' },
];
/** The pages with a table of the endpoints, and its columns. */
export const READMES = new Map([
  ['README.md', IN_ENGLISH],
  ['README.zh-CN.md', IN_CHINESE],
]);

const lineOf = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;

/**
 * A page with the table of the endpoints as it is to be.
 * @throws Error when the page has no place for it.
 */
export const withEndpointTable = (
  page: string,
  columns: readonly Column[],
  endpoints: readonly Endpoint[],
  contractEndpoints: readonly ContractEndpoint[],
): string => {
  const [begin, end] = [page.indexOf(BEGIN), page.indexOf(END)];
  if (begin < 0 || end < begin) throw new Error(`the page has no ${BEGIN} … ${END}`);
  const all: Row[] = [
    ...endpoints.map((endpoint) => ({ ...endpoint, method: 'POST' as const })),
    ...contractEndpoints,
  ];
  const table = [
    lineOf(columns.map(({ head }) => head)),
    lineOf(columns.map(() => '---')),
    ...all.map(cellsOf).map((cells) => lineOf(columns.map(({ of }) => cells[of]))),
  ];
  return `${page.slice(0, begin)}${BEGIN}\n\n${table.join('\n')}\n\n${page.slice(end)}`;
};
