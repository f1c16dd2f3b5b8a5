import openapiTS, { astToString } from 'openapi-typescript';
import { documents } from './documents.ts';

const CLIENT_TYPES = 'examples/node/openapi.d.ts';

/** TypeScript's view of the API. @param document docs/openapi.json. */
const makeClientTypes = async (document: string): Promise<string> =>
  `// Written by npm run openapi.\n${astToString(await openapiTS(document))}`;

/** All generated files: the documents, and what is made of them for others. The text of each by its path. */
export const makeFiles = async (...made: Parameters<typeof documents>): Promise<Map<string, string>> => {
  const files = documents(...made);
  return files.set(CLIENT_TYPES, await makeClientTypes(files.get('docs/openapi.json') ?? ''));
};
