import type { Clock } from './clock.ts';
import { ControlRefusal } from './control-refusal.ts';
import type { Routes } from './control-routes.ts';
import { isObject, parseJson } from './json.ts';
import type { Platform } from './platform.ts';
import type { ToldCertificate, ToldClock } from './told.ts';

/** The clock, WeChat Pay's certificates, and back to the beginning. */
export const stateRoutes = (clock: Clock, platform: Platform, reset: () => void): Routes => ({
  'GET clock': (): ToldClock => ({
    now: new Date(clock.now()).toISOString(),
    offset_seconds: clock.offset() / 1000,
  }),
  'PUT clock': ({ body }) => {
    const { offset_seconds: seconds, ...rest } = objectIn(body, 'clock.shape');
    if (!Number.isSafeInteger(seconds) || Math.abs(Number(seconds)) > 1e10 || Object.keys(rest).length > 0)
      throw new ControlRefusal(400, 'clock.shape', {});
    clock.setOffset(Number(seconds) * 1000);
    return undefined;
  },
  'GET platform/certificates': () => platform.certificates().map(viewOf),
  'POST platform/certificates': async ({ body }) => {
    const { not_before, not_after, ...rest } = body === '' ? {} : objectIn(body, 'times.shape');
    if (Object.keys(rest).length > 0) throw new ControlRefusal(400, 'times.shape', {});
    const [notBefore, notAfter] = [timeIn(not_before), timeIn(not_after)];
    return viewOf(await platform.rotate({ ...(notBefore && { notBefore }), ...(notAfter && { notAfter }) }));
  },
  'DELETE platform/certificates/{id}': ({ id }) => {
    const serial = id.toUpperCase();
    if (!platform.certificates().some((one) => one.serial === serial))
      throw new ControlRefusal(404, 'platform_certificate.unknown', {});
    platform.retire(serial);
    return undefined;
  },
  'POST reset': () => void reset(),
});

const viewOf = ({
  serial,
  certificatePem,
  notBefore,
  notAfter,
}: ReturnType<Platform['certificates']>[number]): ToldCertificate => ({
  serial,
  not_before: notBefore.toISOString(),
  not_after: notAfter.toISOString(),
  certificate_pem: certificatePem,
});

function objectIn(body: string, wanted: 'clock.shape' | 'times.shape'): Readonly<Record<string, unknown>> {
  const value = parseJson(body);
  if (isObject(value)) return value;
  throw new ControlRefusal(400, wanted, {});
}

function timeIn(value: unknown): Date | undefined {
  if (value === undefined) return undefined;
  const time = new Date(typeof value === 'string' ? value : Number.NaN);
  if (Number.isNaN(time.getTime())) throw new ControlRefusal(400, 'times.shape', {});
  return time;
}
