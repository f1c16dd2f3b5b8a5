import type { ContractEndpoint } from '../contract-endpoint.ts';
import type { Endpoint } from '../endpoint.ts';
import type { Notifications } from '../notifications/contract.ts';
import { CLIENT_TYPES, makeClientTypes } from './client-types.ts';
import { eventSchemas } from './event-schemas.ts';
import { notificationSchemas } from './notification-schemas.ts';
import { openApi } from './openapi.ts';

const OPENAPI = 'docs/openapi.json';

/** Holds nothing but generated files. */
export const EVENTS_FOLDER = 'docs/events';

const asText = (document: unknown): string => `${JSON.stringify(document, null, 2)}\n`;

/** The JSON documents of docs/: the text of each by its path in the repository. */
export const documents = (
  endpoints: readonly Endpoint[],
  contractEndpoints: readonly ContractEndpoint[],
  notifications: Notifications,
): Map<string, string> =>
  new Map([
    [OPENAPI, asText(openApi(endpoints, contractEndpoints))],
    ...Object.entries({ ...eventSchemas(endpoints), ...notificationSchemas(notifications) }).map(
      ([type, schema]) => [`${EVENTS_FOLDER}/${type}.json`, asText(schema)] as const,
    ),
  ]);

/** Those, and what is made of them for others. */
export const makeFiles = async (...made: Parameters<typeof documents>): Promise<Map<string, string>> => {
  const all = documents(...made);
  return all.set(CLIENT_TYPES, await makeClientTypes(all.get(OPENAPI) ?? ''));
};
