import openapiTS, { astToString } from 'openapi-typescript';

/** Where they are kept. */
export const CLIENT_TYPES = 'examples/node/openapi.d.ts';

/** TypeScript's view of the API. @param document JSON of docs/openapi.json. */
export const makeClientTypes = async (document: string): Promise<string> =>
  `// Written by npm run openapi.\n${astToString(await openapiTS(document))}`;
