import { afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { Endpoint } from '../../lib/endpoint.ts';
import { issueCertificate } from '../../sandbox/pki.ts';
import { type Stack, startStack } from '../aws/stack.ts';
import { coldLambda } from '../support/lambda.ts';
import { refreshLambda } from '../support/refresh.ts';
import { attempts, bodyFor, captureLogs, eventually, type Logs, loadEndpoints } from '../support/world.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const MCHID = '1900000001';
/** Time stands still but for `later`: it must not matter how long the machine takes. */
const BEGUN = Date.now();

let stack: Stack;
let etc: Endpoint;
let logs: Logs;
let later = 0;

beforeAll(async () => {
  ({ etc } = await loadEndpoints());
});
beforeEach(async () => {
  later = 0;
  jest.spyOn(Date, 'now').mockImplementation(() => BEGUN + later);
  stack = await startStack({ clock: () => BEGUN + later });
  await stack.addMerchant({ mchid: MCHID });
  logs = captureLogs();
});
afterEach(async () => {
  logs.stop();
  jest.restoreAllMocks();
  await stack.close();
});

type Plan = {
  /** From when the new certificate is listed until the old one is refused. */
  overlap: number;
  /** How long refreshes fail, from the moment of the rotation. */
  outage?: number;
  /** When the new certificate is listed, and how long all of it is watched. */
  rotateAt: number;
  end: number;
};

/**
 * Hours pass. Every six the refresh runs; every second one a Lambda that is always warm, one that starts cold and one that
 * sleeps for days pre-sign, while WeChat Pay announces a new certificate, begins to use it, and drops the old one.
 */
const live = async ({ overlap, outage = 0, rotateAt, end }: Plan) => {
  const [old = ''] = stack.wechatpay.platform.certificates.map(({ serial }) => serial);
  const warm = coldLambda(etc, stack.env(MCHID));
  const sleeper = coldLambda(etc, stack.env(MCHID));
  const failed = { presigns: [] as string[], refreshes: 0 };
  let next = '';
  const presign = async (who: string, lambda: ReturnType<typeof coldLambda>): Promise<void> => {
    const { status, text } = await lambda.post(bodyFor(etc));
    if (status !== 200) failed.presigns.push(`${who} after ${later / HOUR} h: ${status} ${text}`);
  };
  for (later = 0; later < end; later += 2 * HOUR) {
    if (later === rotateAt) {
      const notBefore = new Date(BEGUN + later + overlap / 2);
      next = (await stack.wechatpay.platform.rotateCertificate({ notBefore })).serial;
    }
    if (later === rotateAt + overlap) stack.wechatpay.platform.retireCertificate(old);
    if (later % (6 * HOUR) === 0) {
      stack.wechatpay.clearFaults();
      const down = later >= rotateAt && later < rotateAt + outage;
      const onDownloads = { times: 9, match: ({ method = '' }) => method === 'GET' };
      if (down) stack.wechatpay.fault({ kind: 'error-page', status: 502 }, onDownloads);
      failed.refreshes += (await refreshLambda(stack.env())()).failed.length;
      stack.wechatpay.clearFaults();
    }
    await presign('warm', warm);
    if (later % (4 * HOUR) === 0) await presign('cold', coldLambda(etc, stack.env(MCHID)));
    if (later === 0 || later >= rotateAt + overlap + 2 * HOUR) await presign('sleeper', sleeper);
  }
  return { old, next, failed };
};

describe('a certificate rotation', () => {
  it.each([
    ['with an overlap of 24 hours', { overlap: DAY, rotateAt: 12 * HOUR, end: 3 * DAY }],
    ['with an overlap of 10 days', { overlap: 10 * DAY, rotateAt: 12 * HOUR, end: 12 * DAY }],
    [
      'whose refresh fails for 5 days',
      { overlap: 10 * DAY, outage: 5 * DAY, rotateAt: 12 * HOUR, end: 12 * DAY },
    ],
  ])('%s is a non-event', async (_, plan: Plan) => {
    const { old, next, failed } = await live(plan);
    expect(failed.presigns).toEqual([]);
    expect(failed.refreshes).toBe((plan.outage ?? 0) / (6 * HOUR));
    const used = new Set(attempts(stack).map(({ platformSerial }) => platformSerial));
    expect([...used]).toEqual([old, next]);
    // Nobody was ever refused, and no answer had to be thrown away.
    expect(attempts(stack).every(({ status }) => status === 200)).toBe(true);
    expect(logs.attemptsFailed().filter(({ reason }) => reason !== 'wechatpay_server_error')).toEqual([]);
  });
});

describe('a change of the merchant’s own key', () => {
  it('happens in one write, while pre-signs go on: none fails, and none mixes the old key with the new serial', async () => {
    const record = await stack.registry.read(MCHID);
    if (record === undefined) throw new Error('no merchant');
    const { arn, publicKeyPem } = await stack.kms.createRsaKey();
    const issued = await issueCertificate({ ca: stack.wechatpay.ca, commonName: MCHID, publicKeyPem });
    stack.wechatpay.addMerchantCertificate(MCHID, issued.certificatePem);
    const lambdas = Array.from({ length: 4 }, () => coldLambda(etc, stack.env(MCHID)));
    const presigns = async (): Promise<void> => {
      const answers = await Promise.all(
        lambdas.flatMap((lambda) => [lambda.post(bodyFor(etc)), lambda.post(bodyFor(etc))]),
      );
      expect(answers.map(({ status }) => status)).toEqual(Array(8).fill(200));
    };
    const serials = () => [...new Set(attempts(stack).map(({ serial }) => serial))];

    await presigns();
    expect(serials()).toEqual([record.certificate_serial]);
    const { certificate_serial, signing_key_arn } = record;
    const switched = stack.registry.update(record, {
      certificate_serial: issued.serial,
      signing_key_arn: arn,
      previous: { certificate_serial, signing_key_arn },
    });
    await Promise.all([switched, presigns(), presigns()]);
    expect(await switched).toBe(true);

    // Lambdas that knew the old pair use it until they look again, so both certificates must stand meanwhile.
    later = 6 * 60_000;
    await presigns();
    await eventually(async () => {
      stack.clear();
      await presigns();
      return serials().join() === issued.serial;
    });
    stack.wechatpay.removeMerchantCertificate(MCHID, record.certificate_serial);
    stack.kms.setKeyState(record.signing_key_arn, 'PendingDeletion');
    await presigns();
    expect(serials()).toEqual([issued.serial]);
  });
});
