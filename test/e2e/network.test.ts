import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Endpoint } from '../../lib/endpoint.ts';
import type { Fault } from '../../sandbox/fault.ts';
import { type Stack, startStack } from '../aws/stack.ts';
import { coldLambda } from '../support/lambda.ts';
import {
  attempts,
  bodyFor,
  captureLogs,
  cutOff,
  expectDocumented,
  expectError,
  expectSameBytesSignedAnew,
  type Logs,
  loadEndpoints,
} from '../support/world.ts';

const MCHID = '1900000001';

let stack: Stack;
let etc: Endpoint;
let logs: Logs;

beforeAll(async () => {
  stack = await startStack();
  await stack.addMerchant({ mchid: MCHID });
  ({ etc } = await loadEndpoints());
});
afterAll(() => stack.close());
beforeEach(() => {
  stack.clear();
  stack.wechatpay.clearFaults();
  logs = captureLogs();
});
afterEach(() => logs.stop());

/** Nobody listens there, and nobody is given that port by chance. */
const closed = 'http://127.0.0.1:9';

/** Short enough to wait for, long enough for a busy machine to answer in. */
const IMPATIENT = { WECHATPAY_TIMEOUT_MS: '2000' };

const lambda = (env: Record<string, string> = {}) => coldLambda(etc, { ...stack.env(MCHID), ...env });

const presign = async (env?: Record<string, string>) => {
  const before = stack.wechatpay.presigns.length;
  const answer = await lambda(env).post(bodyFor(etc));
  expectDocumented(answer);
  return { answer, effects: stack.wechatpay.presigns.length - before };
};

describe('an answer that does not come', () => {
  type Case = { fault: Fault; reason: string; effects: number };
  const cases: Case[] = [
    { fault: { kind: 'reset' }, reason: 'wechatpay_reset', effects: 0 },
    { fault: { kind: 'reset-after' }, reason: 'wechatpay_reset', effects: 1 },
    { fault: { kind: 'truncated-body' }, reason: 'wechatpay_reset', effects: 1 },
    { fault: { kind: 'hang' }, reason: 'wechatpay_timeout', effects: 0 },
    { fault: { kind: 'hang-after' }, reason: 'wechatpay_timeout', effects: 1 },
    { fault: { kind: 'latency', ms: 5_000 }, reason: 'wechatpay_timeout', effects: 1 },
  ];

  it.each(cases)('once, is asked for again and makes one pre-sign: $fault', async ({ fault, reason }) => {
    stack.wechatpay.fault(fault);
    const { answer, effects } = await presign(IMPATIENT);
    expect({ status: answer.status, effects }).toEqual({ status: 200, effects: 1 });
    expect(attempts(stack)).toHaveLength(2);
    expectSameBytesSignedAnew(stack);
    expect(logs.attemptsFailed()).toMatchObject([{ reason, attempt: 1 }]);
  });

  it.each(cases)('ever, is a time-out of unknown outcome: $fault', async ({ fault, reason, effects }) => {
    stack.wechatpay.fault(fault, { times: Number.POSITIVE_INFINITY });
    const result = await presign(IMPATIENT);
    expectError(result.answer, { status: 504, code: 'GATEWAY_TIMEOUT' });
    expect(result.effects).toBe(effects);
    expect(attempts(stack)).toHaveLength(3);
    expectSameBytesSignedAnew(stack);
    expect(logs.ends()).toMatchObject([{ reason, status: 504, code: 'GATEWAY_TIMEOUT' }]);
  });

  it('leaves nothing behind that could answer a later pre-sign', async () => {
    const once = lambda(IMPATIENT);
    stack.wechatpay.fault({ kind: 'latency', ms: 4_000 });
    const answers = [await once.post(bodyFor(etc)), await once.post(bodyFor(etc))];
    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    const ids = stack.wechatpay.presigns.slice(-2).map(({ id }) => id);
    expect(answers.map(({ json }) => json['preopen_id'])).toEqual(ids);
  });
});

describe('hosts', () => {
  it('the backup is asked at once when nobody listens at the primary', async () => {
    const { answer, effects } = await presign({ WECHATPAY_HOSTS: `${closed},${stack.wechatpay.backupUrl}` });
    expect({ status: answer.status, effects }).toEqual({ status: 200, effects: 1 });
    expect(attempts(stack).map(({ host }) => host)).toEqual(['backup']);
    expect(logs.attemptsFailed()).toMatchObject([{ reason: 'wechatpay_unreachable' }]);
  });

  it('with both down the caller is told to come back', async () => {
    const { answer, effects } = await presign({ WECHATPAY_HOSTS: `${closed},${closed}` });
    expectError(answer, { status: 503, code: 'SERVICE_UNAVAILABLE' });
    expect(Number(answer.headers['Retry-After'])).toBeGreaterThanOrEqual(1);
    expect(effects).toBe(0);
    expect(logs.reason()).toBe('wechatpay_unreachable');
  });

  it('one host alone is asked again when it cannot be reached', async () => {
    const { answer } = await presign({ WECHATPAY_HOSTS: closed });
    expectError(answer, { status: 503, code: 'SERVICE_UNAVAILABLE' });
    expect(logs.attemptsFailed().length).toBeGreaterThan(1);
  });

  it.each<Fault>([
    { kind: 'reset' },
    { kind: 'reset-after' },
    { kind: 'hang' },
    { kind: 'error-page', status: 502 },
    { kind: 'signtest' },
  ])('$kind at the primary is retried at the primary, for it was reached', async (fault) => {
    stack.wechatpay.fault(fault);
    const { answer, effects } = await presign(IMPATIENT);
    expect({ status: answer.status, effects }).toEqual({ status: 200, effects: 1 });
    expect(attempts(stack).map(({ host }) => host)).toEqual(['primary', 'primary']);
  });

  it('an error at the backup is retried at the backup', async () => {
    stack.wechatpay.fault({ kind: 'error-page', status: 502 });
    const { answer } = await presign({ WECHATPAY_HOSTS: `${closed},${stack.wechatpay.backupUrl}` });
    expect(answer.status).toBe(200);
    expect(attempts(stack).map(({ host }) => host)).toEqual(['backup', 'backup']);
  });
});

describe('kept-alive connections', () => {
  // Those of the Lambdas of other tests: what is dropped below must be this test's own.
  beforeEach(() => void stack.wechatpay.dropIdleConnections('now'));

  it('one serves pre-signs that follow each other', async () => {
    const before = stack.wechatpay.connections;
    const warm = lambda();
    for (let i = 0; i < 5; i += 1) expect((await warm.post(bodyFor(etc))).status).toBe(200);
    expect(stack.wechatpay.connections - before).toBe(1);
  });

  it.each(['now', 'next-use'] as const)('a dead one (%s) goes unnoticed by the caller', async (when) => {
    const warm = lambda();
    await warm.post(bodyFor(etc));
    const effects = stack.wechatpay.presigns.length;
    expect(stack.wechatpay.dropIdleConnections(when)).toBe(1);
    stack.clear();
    const answer = await warm.post(bodyFor(etc));
    expect(answer.status).toBe(200);
    // The dead connection swallows a request before the server reads it, so it shows in no record of calls.
    expect(attempts(stack)).toHaveLength(1);
    expect(stack.wechatpay.presigns.length - effects).toBe(1);
  });

  it('a dead one is free: all the attempts are still there', async () => {
    const warm = lambda();
    await warm.post(bodyFor(etc));
    stack.wechatpay.dropIdleConnections('next-use');
    stack.clear();
    stack.wechatpay.fault({ kind: 'error-page', status: 502 }, { times: 2 });
    const answer = await warm.post(bodyFor(etc));
    expect(answer.status).toBe(200);
    expect(attempts(stack)).toHaveLength(3);
    expectSameBytesSignedAnew(stack);
  });

  it('many dead ones cost each pre-sign no more than one retry', async () => {
    const warm = lambda();
    const together = (count: number) =>
      Promise.all(Array.from({ length: count }, () => warm.post(bodyFor(etc))));
    await together(8);
    expect(stack.wechatpay.dropIdleConnections('next-use')).toBeGreaterThan(1);
    stack.clear();
    const answers = await together(8);
    expect(answers.map(({ status }) => status)).toEqual(Array(8).fill(200));
    expect(attempts(stack)).toHaveLength(8);
  });

  it('many dead ones and one pre-sign after the other', async () => {
    const warm = lambda();
    await Promise.all(Array.from({ length: 4 }, () => warm.post(bodyFor(etc))));
    stack.wechatpay.dropIdleConnections('next-use');
    const effects = stack.wechatpay.presigns.length;
    for (let i = 0; i < 4; i += 1) expect((await warm.post(bodyFor(etc))).status).toBe(200);
    expect(stack.wechatpay.presigns.length - effects).toBe(4);
  });
});

describe('time', () => {
  /** One that is connected: with little time left, a busy machine might not get as far as asking WeChat Pay. */
  const warmLambda = async () => {
    const warm = lambda();
    expect((await warm.post(bodyFor(etc))).status).toBe(200);
    return warm;
  };

  it.each([
    ['warm', 1_000, warmLambda],
    ['warm', 1_500, warmLambda],
    ['cold', 3_000, lambda],
  ])('a %s Lambda with %d ms left answers for a hanging WeChat Pay in time', async (_, ms, make) => {
    const one = await make();
    stack.wechatpay.fault({ kind: 'hang' }, { times: Number.POSITIVE_INFINITY });
    const answer = await cutOff(ms, () => one.post(bodyFor(etc), { ms }));
    expectError(answer, { status: 504, code: 'GATEWAY_TIMEOUT' });
    expect(['wechatpay_timeout', 'deadline']).toContain(logs.reason());
  });

  it('with next to none left, the answer is a time-out too', async () => {
    stack.wechatpay.fault({ kind: 'hang' }, { times: Number.POSITIVE_INFINITY });
    const answer = await lambda().post(bodyFor(etc), { ms: 100 });
    expectError(answer, { status: 504, code: 'GATEWAY_TIMEOUT' });
  });

  it('a pre-sign cut short does not harm the next in the same process', async () => {
    const warm = await warmLambda();
    stack.wechatpay.fault({ kind: 'hang' });
    const cut = await warm.post(bodyFor(etc), { ms: 1_000 });
    const next = await warm.post(bodyFor(etc));
    expect([cut.status, next.status]).toEqual([504, 200]);
  });

  it('no attempt is begun that could not end in time', async () => {
    stack.wechatpay.fault({ kind: 'rate-limit', retryAfter: 8 }, { times: Number.POSITIVE_INFINITY });
    const answer = await lambda().post(bodyFor(etc), { ms: 9_000 });
    expectError(answer, { status: 429, code: 'RATELIMIT_EXCEEDED', retryAfter: '8' });
    expect(attempts(stack)).toHaveLength(1);
  });
});
