import { readdir } from 'node:fs/promises';
import * as z from 'zod/mini';
import type { Endpoint } from '../endpoint.ts';
import { readTree, type Tree } from '../schema-tree.ts';

/** For tools and tests: a Lambda knows its own endpoint alone. */
const FUNCTIONS = new URL('../../functions/', import.meta.url);

const hasEndpoint = (module: unknown): module is { endpoint: Endpoint } =>
  typeof module === 'object' && module !== null && 'endpoint' in module;

/** `file` is the name without `.ts`, as the bundle has it. */
export type EndpointFile = { file: string; endpoint: Endpoint };

/** Every endpoint that a file of `folder` exports, in the order of the file names. */
export const endpointFilesIn = async (folder: URL = FUNCTIONS): Promise<EndpointFile[]> => {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.ts')).sort();
  const modules = await Promise.all(
    names.map(async (name) => ({
      file: name.replace(/\.ts$/, ''),
      module: (await import(new URL(name, folder).href)) as unknown,
    })),
  );
  return modules.flatMap(({ file, module }) =>
    hasEndpoint(module) ? [{ file, endpoint: module.endpoint }] : [],
  );
};

export const endpointsIn = async (folder: URL = FUNCTIONS): Promise<Endpoint[]> =>
  (await endpointFilesIn(folder)).map(({ endpoint }) => endpoint);

const exampleIn = (tree: Tree): unknown => {
  if (tree.kind === 'array') return [exampleIn(tree.element)];
  if (tree.kind === 'object') {
    return Object.fromEntries([...tree.members].map(([name, member]) => [name, exampleIn(member)]));
  }
  const [example] = (z.globalRegistry.get(tree.schema)?.['examples'] ?? []) as unknown[];
  if (example === undefined) throw new TypeError('a field of the schema has no example');
  return example;
};

/**
 * A full body, made of the first example of each field.
 * @throws TypeError when a field has none.
 */
export const exampleOf = (schema: z.core.$ZodType): unknown => exampleIn(readTree(schema));
