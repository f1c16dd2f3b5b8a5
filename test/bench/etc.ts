import { payload2 } from '../support/events.ts';
import etc from '../support/fixtures/requests/vehicle-etc-preopen.json' with { type: 'json' };

/** The endpoint under the clock: three sensitive fields, and no number that could be used only once. */
export const ETC_BUNDLE = 'vehicle-etc-preopen';
export const ETC_PATH = '/v3/vehicle/etc/preopen';
export const etcRequest = etc.request;

/** As API Gateway hands it over. */
export const etcEvent = payload2({
  path: ETC_PATH,
  body: JSON.stringify(etcRequest),
  headers: { 'content-type': 'application/json' },
});
