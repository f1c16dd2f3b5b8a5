import type * as z from 'zod/mini';
import { isOfOneKind, readTree, sensitivePaths, type Tree } from './schema-tree.ts';

/** Parameters by name, as text: that is what a URL holds. */
type ParameterSchema = z.ZodMiniType<Readonly<Record<string, string | undefined>>>;

/** An endpoint about contracts that exist: a query of one or several, or the end of one. No request of it has a body. */
export type ContractEndpoint = {
  /** Name of the Lambda. */
  name: string;
  method: 'GET' | 'POST';
  /** Path at WeChat Pay and at our API alike, with `{name}` for each parameter in it. */
  path: `/v3/${string}`;
  /** One line for the API's documentation. */
  summary: string;
  /** WeChat Pay's own page about it. */
  documentation: `https://${string}`;
  /** z.strictObject each, of the fields of schema.ts; the query is sent in this order. Those in the path are `inPath`. */
  parameters: { path: ParameterSchema; query: ParameterSchema };
  /** z.looseObject: WeChat Pay may add members at any time. Without it the answer is a 204. */
  response?: z.ZodMiniType<object>;
};

/** The names of the parameters in a path, in its order. */
const namesIn = (path: string): string[] => [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name);

/** What some server on the way could read otherwise than it was meant. */
const AMBIGUOUS = ['%41', '+', ' ', '/', '.', ';', '?', '#', '藏'];

const isFlat = (tree: Tree): boolean =>
  tree.kind === 'object' && [...tree.members.values()].every(({ kind }) => kind === 'field');

const problemOf = ({ path, parameters, response }: ContractEndpoint): string | undefined => {
  const [inPath, inQuery] = [readTree(parameters.path), readTree(parameters.query)];
  if (![inPath, inQuery].every((tree) => isFlat(tree) && isOfOneKind(tree, true)))
    return 'parameters are a z.strictObject of texts';
  if (sensitivePaths(inPath).length + sensitivePaths(inQuery).length > 0)
    return 'nothing encrypts a parameter';
  const members = inPath.kind === 'object' ? [...inPath.members] : [];
  const names = members.map(([name]) => name);
  if (names.toSorted().join() !== namesIn(path).toSorted().join())
    return `the path names {${namesIn(path)}}, the schema {${names}}`;
  for (const [name, { isOptional, schema }] of members) {
    const takes = (text: string): boolean => (schema as z.ZodMiniType).safeParse(text).success;
    if (isOptional || AMBIGUOUS.some(takes)) return `{${name}} is to be made by inPath`;
  }
  return response === undefined || isOfOneKind(readTree(response), false)
    ? undefined
    : 'a response is made of z.looseObject';
};

/**
 * What a contract endpoint is: data. Validation, the URL, OpenAPI and contract tests come from it.
 * @throws TypeError when path and schema do not name the same parameters, when one of the path may be absent or could be
 *   read in two ways, when the response schema could refuse a member that WeChat Pay adds.
 */
export const defineContractEndpoint = (spec: ContractEndpoint): ContractEndpoint => {
  const problem = problemOf(spec);
  if (problem !== undefined) throw new TypeError(`${problem}: ${spec.name}`);
  return spec;
};
