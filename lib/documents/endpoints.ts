import { readdir } from 'node:fs/promises';
import * as z from 'zod/mini';
import type { ContractEndpoint } from '../contract-endpoint.ts';
import type { Endpoint } from '../endpoint.ts';
import { readTree, type Tree } from '../schema-tree.ts';

/** For tools and tests: a Lambda knows its own endpoint alone. */
const FUNCTIONS = new URL('../../functions/', import.meta.url);

/** `file` is the name without `.ts`, as the bundle has it. */
type FileOf<Name extends string, T> = { file: string } & Record<Name, T>;
export type EndpointFile = FileOf<'endpoint', Endpoint>;
export type ContractEndpointFile = FileOf<'contractEndpoint', ContractEndpoint>;

/** What the files of `folder` export as `name`, in the order of the file names. */
const exportsIn = async <Name extends string, T>(folder: URL, name: Name): Promise<FileOf<Name, T>[]> => {
  const files = (await readdir(folder)).filter((file) => file.endsWith('.ts')).sort();
  const modules = await Promise.all(
    files.map(async (file) => [file, (await import(new URL(file, folder).href)) as object] as const),
  );
  return modules.flatMap(([file, module]) =>
    name in module
      ? [{ file: file.replace(/\.ts$/, ''), [name]: (module as Record<Name, T>)[name] } as FileOf<Name, T>]
      : [],
  );
};

/** Every pre-sign endpoint that a file of `folder` exports. */
export const endpointFilesIn = (folder: URL = FUNCTIONS): Promise<EndpointFile[]> =>
  exportsIn(folder, 'endpoint');
export const endpointsIn = async (folder?: URL): Promise<Endpoint[]> =>
  (await endpointFilesIn(folder)).map(({ endpoint }) => endpoint);

/** Every contract endpoint that a file of `folder` exports. */
export const contractEndpointFilesIn = (folder: URL = FUNCTIONS): Promise<ContractEndpointFile[]> =>
  exportsIn(folder, 'contractEndpoint');
export const contractEndpointsIn = async (folder?: URL): Promise<ContractEndpoint[]> =>
  (await contractEndpointFilesIn(folder)).map(({ contractEndpoint }) => contractEndpoint);

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
