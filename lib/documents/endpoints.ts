import { readdir } from 'node:fs/promises';
import * as z from 'zod/mini';
import type { Endpoint } from '../endpoint.ts';

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

/**
 * A full body, made of the first example of each field.
 * @throws TypeError when a field has none.
 */
export const exampleOf = (schema: z.core.$ZodType): unknown => {
  if (schema instanceof z.ZodMiniOptional) return exampleOf(schema._zod.def.innerType);
  if (schema instanceof z.ZodMiniArray) return [exampleOf(schema._zod.def.element)];
  if (schema instanceof z.ZodMiniObject) {
    const fields = Object.entries(schema._zod.def.shape);
    return Object.fromEntries(fields.map(([name, field]) => [name, exampleOf(field)]));
  }
  const [example] = (z.globalRegistry.get(schema)?.['examples'] ?? []) as unknown[];
  if (example === undefined) throw new TypeError('a field of the schema has no example');
  return example;
};
