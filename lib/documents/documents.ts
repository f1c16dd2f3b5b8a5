import type { ContractEndpoint } from '../contract-endpoint.ts';
import type { Endpoint } from '../endpoint.ts';
import type { Notifications } from '../notifications/contract.ts';
import { eventSchemas } from './event-schemas.ts';
import { notificationSchemas } from './notification-schemas.ts';
import { openApi } from './openapi.ts';

/** Holds nothing but generated files. */
export const EVENTS_FOLDER = 'docs/events';

const asText = (document: unknown): string => `${JSON.stringify(document, null, 2)}\n`;

/** The generated files of docs/: the text of each by its path in the repository. */
export const documents = (
  endpoints: readonly Endpoint[],
  contractEndpoints: readonly ContractEndpoint[],
  notifications: Notifications,
): Map<string, string> =>
  new Map([
    ['docs/openapi.json', asText(openApi(endpoints, contractEndpoints))],
    ...Object.entries({ ...eventSchemas(endpoints), ...notificationSchemas(notifications) }).map(
      ([type, schema]) => [`${EVENTS_FOLDER}/${type}.json`, asText(schema)] as const,
    ),
  ]);
