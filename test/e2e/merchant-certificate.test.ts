import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { MerchantChanges } from '../../lib/merchants/record.ts';
import { issueCertificate } from '../../sandbox/pki.ts';
import { type Invoke, MCHID, type QueueWorld, requestOf, startQueueWorld } from '../support/queue-world.ts';
import { bodyFor, captureLogs, type Logs } from '../support/world.ts';

const MINUTE = 60_000;
/** Time stands still but for `later`: it must not matter how long the machine takes. */
const BEGUN = Date.now();

let later = 0;
let world: QueueWorld;
let logs: Logs;
let plans = 0;

beforeEach(async () => {
  later = 0;
  jest.spyOn(Date, 'now').mockImplementation(() => BEGUN + later);
  world = await startQueueWorld({ clock: () => BEGUN + later });
  logs = captureLogs();
});
afterEach(async () => {
  logs.stop();
  jest.restoreAllMocks();
  await world.close();
});

/** A body by whose plan_id the effects at WeChat Pay can be counted. */
const body = () => {
  plans += 1;
  return bodyFor(world.endpoints.etc, { plan_id: `PLAN-${plans}` });
};
const five = <T>(make: () => T): T[] => Array.from({ length: 5 }, make);

/** What the operator does: a certificate from the merchant platform, then set-certificate. */
const certify = async (publicKeyPem: string, notAfter: Date, changes: { signing_key_arn: string }) => {
  const { wechatpay, registry } = world.stack;
  const issued = await issueCertificate({ ca: wechatpay.ca, commonName: MCHID, publicKeyPem, notAfter });
  wechatpay.addMerchantCertificate(MCHID, issued.certificatePem);
  const item = await registry.readItem(MCHID);
  const all: MerchantChanges = { ...changes, certificate_serial: issued.serial };
  if (item === undefined || !(await registry.update(item, all))) throw new Error('not written');
};

/** The default merchant signs with a certificate that ends in ten minutes. */
const endingSoon = async () => {
  const { arn: signing_key_arn, publicKeyPem } = await world.stack.kms.createRsaKey();
  await certify(publicKeyPem, new Date(BEGUN + 10 * MINUTE), { signing_key_arn });
  return {
    replace: () => certify(publicKeyPem, new Date(BEGUN + 10_000 * MINUTE), { signing_key_arn }),
  };
};

const post = (lambda: Invoke, one: object) => world.overHttp(world.endpoints.etc, lambda, one);
const statuses = async (lambda: Invoke, bodies: readonly object[]) =>
  (await Promise.all(bodies.map((one) => post(lambda, one)))).map(({ statusCode }) => statusCode);
const counted = (metric: string): number =>
  logs.lines.flatMap((line) => (metric in line ? [line[metric]].flat() : [])).length;
const outcomes = () =>
  world.outcomes().map(({ 'detail-type': type, detail }) => `${detail['request_id']} ${type}`);

describe('a merchant certificate that ends in mid-traffic', () => {
  it('is a 503 to callers, lets events wait, and rings; replaced, all succeed, none failed, none twice', async () => {
    const { etc } = world.endpoints;
    const { replace } = await endingSoon();
    const lambda = world.lambda(etc);
    const before = { bodies: five(body), requests: five(() => requestOf(etc, { body: body() })) };
    expect(await statuses(lambda, before.bodies)).toEqual(five(() => 200));
    await world.ask(etc, ...before.requests);
    expect((await world.deliver(etc, lambda)).left).toEqual([]);
    expect(counted('MerchantMisconfigured')).toBe(0);

    later = 11 * MINUTE;
    const after = { bodies: five(body), requests: five(() => requestOf(etc, { body: body() })) };
    const ids = after.requests.map(({ request_id }) => request_id).sort();
    for (const one of after.bodies) {
      const { statusCode, headers } = await post(lambda, one);
      expect([statusCode, headers['Retry-After']]).toEqual([503, '60']);
    }
    await world.ask(etc, ...after.requests);
    for (const receives of [1, 2]) {
      const { left, postponed } = await world.deliver(etc, lambda);
      expect(left.sort()).toEqual(ids);
      for (const seconds of Object.values(postponed)) expect(seconds).toBeGreaterThanOrEqual(60);
      expect(counted('MerchantMisconfigured')).toBe(5 + 5 * receives);
    }
    expect(outcomes()).toHaveLength(5);
    const refused = logs.lines.filter(({ reason, cause }) => reason === 'signature_refused' && cause);
    expect(new Set(refused.map(({ message, cause }) => `${message}: ${cause}`))).toEqual(
      new Set(['pre-sign failed: SIGN_ERROR', 'pre-sign postponed: SIGN_ERROR']),
    );

    await replace();
    // The warm function looks into the registry before it signs again: callers waited as long as Retry-After has told.
    later += MINUTE;
    expect(await statuses(lambda, after.bodies)).toEqual(five(() => 200));
    expect((await world.deliver(etc, lambda)).left).toEqual([]);

    const requests = [...before.requests, ...after.requests];
    expect(outcomes().sort()).toEqual(
      requests.map(({ request_id }) => `${request_id} VehicleEtcPreopenSucceeded`).sort(),
    );
    const asked = [...before.bodies, ...after.bodies, ...requests.map((request) => request.body)];
    const made = world.stack.wechatpay.presigns.map((presign) => presign.body['plan_id']);
    expect(made.sort()).toEqual(asked.map((one) => one['plan_id']).sort());
  });

  it('leaves an event a dead letter after five receives, and the same event succeeds afterwards', async () => {
    const { etc } = world.endpoints;
    const { replace } = await endingSoon();
    later = 11 * MINUTE;
    const request = requestOf(etc, { body: body() });
    await world.ask(etc, request);
    const lambda = world.lambda(etc);
    for (let receives = 1; receives <= 5; receives += 1) await world.deliver(etc, lambda);
    expect((await world.deliver(etc, lambda)).names).toEqual([]);
    expect(await world.waiting(etc, '-dead-letters')).toBe(1);
    expect(logs.lines.filter(({ message }) => message === 'pre-sign dead-lettered')).toMatchObject([
      { reason: 'signature_refused', request_id: request.request_id, cause: 'SIGN_ERROR' },
    ]);
    expect(counted('MerchantMisconfigured')).toBe(5);
    expect(outcomes()).toEqual([]);

    await replace();
    await world.send(etc, JSON.stringify(request));
    expect((await world.deliver(etc, world.lambda(etc))).left).toEqual([]);
    expect(outcomes()).toEqual([`${request.request_id} VehicleEtcPreopenSucceeded`]);
    expect(world.stack.wechatpay.presigns).toHaveLength(1);
  });
});
