import { payload2 } from '../support/events.ts';
import etc from '../support/fixtures/requests/vehicle-etc-preopen.json' with { type: 'json' };

/** The endpoint under the clock: three sensitive fields, and no number that could be used only once. */
export const ETC_BUNDLE = 'vehicle-etc-preopen';
export const ETC_PATH = '/v3/vehicle/etc/preopen';
export const etcRequest = etc.request;

/** As API Gateway hands a pre-sign over. */
export const eventFor = (path: string, body: object, headers: Record<string, string> = {}) =>
  payload2({ path, body: JSON.stringify(body), headers: { 'content-type': 'application/json', ...headers } });

export const etcEvent = eventFor(ETC_PATH, etcRequest);
