import { readdir } from 'node:fs/promises';
import * as z from 'zod/mini';
import type { Endpoint } from '../endpoint.ts';
import { readTree, type Tree } from '../schema-tree.ts';

/** For tools and tests: a Lambda knows its own endpoint alone. */
const FUNCTIONS = new URL('../../functions/', import.meta.url);

const hasEndpoint = (module: unknown): module is { endpoint: Endpoint } =>
  typeof module === 'object' && module !== null && 'endpoint' in module;

/** Every endpoint that a file of `folder` exports, in the order of the file names. */
export const endpointsIn = async (folder: URL = FUNCTIONS): Promise<Endpoint[]> => {
  const files = (await readdir(folder)).filter((file) => file.endsWith('.ts')).sort();
  const modules: unknown[] = await Promise.all(files.map((file) => import(new URL(file, folder).href)));
  return modules.filter(hasEndpoint).map(({ endpoint }) => endpoint);
};

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
