import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Endpoint } from '../../lib/endpoint.ts';
import { WITHHELD } from '../../lib/wechatpay/passable.ts';
import type { Fault } from '../../sandbox/fault.ts';
import { type Stack, startStack } from '../aws/stack.ts';
import { type Answer, coldLambda } from '../support/lambda.ts';
import {
  attempts,
  bodyFor,
  captureLogs,
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

/** Each case gets a Lambda without sockets, so that the number of attempts does not depend on the case before. */
const presign = async (body: unknown = bodyFor(etc)) => {
  const before = stack.wechatpay.presigns.length;
  const answer = await coldLambda(etc, stack.env(MCHID)).post(body);
  expectDocumented(answer);
  return { answer, effects: stack.wechatpay.presigns.length - before };
};

describe('an error answer that passes by itself', () => {
  const faults: Fault[] = [
    { kind: 'rate-limit' },
    { kind: 'rate-limit', retryAfter: 1 },
    { kind: 'system-error' },
    { kind: 'unavailable' },
    { kind: 'unavailable', retryAfter: 1 },
    { kind: 'error-page', status: 500 },
    { kind: 'error-page', status: 502 },
  ];
  it.each(faults)('%j is recovered from with one effect', async (fault) => {
    stack.wechatpay.fault(fault);
    const { answer, effects } = await presign();
    expect({ status: answer.status, effects }).toEqual({ status: 200, effects: 1 });
    expect(attempts(stack).map(({ status }) => status === 200)).toEqual([false, true]);
    expectSameBytesSignedAnew(stack);
    expect(answer.headers['Request-ID']).toBe(attempts(stack).at(-1)?.requestId);
    expect(logs.attemptsFailed()).toHaveLength(1);
    expect(logs.ends()).toMatchObject([{ message: 'pre-sign succeeded', mchid: MCHID }]);
    expect(logs.metrics()).toEqual(expect.arrayContaining(['WechatPayRetry', 'PresignSucceeded']));
  });

  it('is given the time that Retry-After asks for', async () => {
    stack.wechatpay.fault({ kind: 'rate-limit', retryAfter: 2 });
    const started = performance.now();
    const { answer } = await presign();
    expect(answer.status).toBe(200);
    expect(performance.now() - started).toBeGreaterThanOrEqual(1_990);
  });

  it('does not give up when two different ones follow each other', async () => {
    stack.wechatpay.fault({ kind: 'error-page', status: 502 });
    stack.wechatpay.fault({ kind: 'system-error' });
    const { answer, effects } = await presign();
    expect({ status: answer.status, effects, calls: attempts(stack).length }).toEqual({
      status: 200,
      effects: 1,
      calls: 3,
    });
  });
});

describe('an error answer that stays', () => {
  type Case = {
    fault: Fault;
    status: number;
    code: string;
    calls: number;
    reason: string;
    retryAfter?: string;
  };
  const limited = { status: 429, code: 'RATELIMIT_EXCEEDED', reason: 'wechatpay_rate_limited' };
  const unavailable = { status: 503, code: 'SERVICE_UNAVAILABLE', reason: 'wechatpay_server_error' };
  const failed = { status: 502, code: 'BAD_GATEWAY', reason: 'wechatpay_server_error' };
  const cases: Case[] = [
    { fault: { kind: 'rate-limit' }, ...limited, calls: 3, retryAfter: '1' },
    { fault: { kind: 'rate-limit', retryAfter: 600 }, ...limited, calls: 1, retryAfter: '600' },
    { fault: { kind: 'rate-limit', retryAfter: 99_999 }, ...limited, calls: 1, retryAfter: '3600' },
    { fault: { kind: 'unavailable' }, ...unavailable, calls: 3, retryAfter: '1' },
    { fault: { kind: 'unavailable', retryAfter: 600 }, ...unavailable, calls: 1, retryAfter: '600' },
    { fault: { kind: 'system-error' }, ...failed, calls: 3 },
    { fault: { kind: 'error-page', status: 500 }, ...failed, calls: 3 },
    { fault: { kind: 'error-page', status: 502 }, ...failed, calls: 3 },
  ];
  it.each(cases)('$fault → $status after $calls attempts', async ({ fault, calls, reason, ...expected }) => {
    stack.wechatpay.fault(fault, { times: Number.POSITIVE_INFINITY });
    const { answer, effects } = await presign();
    expectError(answer, expected);
    expect(effects).toBe(0);
    expect(attempts(stack)).toHaveLength(calls);
    expectSameBytesSignedAnew(stack);
    expect(answer.headers['Request-ID']).toBe(attempts(stack).at(-1)?.requestId);
    expect(logs.ends()).toMatchObject([{ reason, status: expected.status, code: expected.code }]);
    expect(logs.attemptsFailed()).toHaveLength(calls);
    expect('Retry-After' in answer.headers).toBe(expected.retryAfter !== undefined);
  });
});

describe('a refusal', () => {
  type Refusal = { status: number; code: string; signed: boolean };
  const refusals: Refusal[] = [true, false].flatMap((signed) => [
    { status: 400, code: 'PARAM_ERROR', signed },
    { status: 400, code: 'INVALID_REQUEST', signed },
    { status: 403, code: 'NOT_ENOUGH', signed },
    { status: 404, code: 'RESOURCE_NOT_EXISTS', signed },
    { status: 409, code: 'ALREADY_EXISTS', signed },
  ]);
  it.each(refusals)('passes through at once: %j', async (refusal) => {
    stack.wechatpay.fault({ kind: 'refuse', message: '不行', detail: { issue: 'is wrong' }, ...refusal });
    const { answer, effects } = await presign();
    expectError(answer, refusal);
    expect(answer.json).toEqual({ code: refusal.code, message: '不行', detail: { issue: 'is wrong' } });
    expect({ effects, calls: attempts(stack).length }).toEqual({ effects: 0, calls: 1 });
    expect(answer.headers['Request-ID']).toBe(attempts(stack)[0]?.requestId);
    expect(logs.ends()).toMatchObject([{ reason: 'wechatpay_refused', ...withoutSigned(refusal) }]);
  });

  it('that quotes what was submitted is passed on without the texts that do', async () => {
    const body = bodyFor(etc);
    const detail = {
      field: '/body/plate_number',
      value: '藏ZZZZZZ',
      issue: '藏ZZZZZZ of 张三 is not a plate',
      location: 'body',
      sign_information: { truncated_sign_message: '11010119900307757X' },
    };
    const message = '参数错误: 6222021234567890128, 11010119900307757X';
    stack.wechatpay.fault({ kind: 'refuse', status: 400, code: 'PARAM_ERROR', message, detail });
    const { answer } = await presign(body);
    expectError(answer, { status: 400, code: 'PARAM_ERROR' });
    expect(answer.json['message']).toBe(WITHHELD.zh);
    expect(answer.json['detail']).toEqual({ field: '/body/plate_number', location: 'body' });
    for (const secret of ['张三', '11010119900307757X', '6222021234567890128', '藏ZZZZZZ']) {
      expect(answer.text).not.toContain(secret);
    }
  });

  it.each([
    ['pointers of undocumented members', { location: null, value: ['/body/identify'] }],
    ['a text', '张三 is wrong'],
    ['a list', ['张三']],
    ['null', null],
    ['a field that is not a text', { field: { value: '张三' }, issue: 'is wrong' }],
  ])('may come with a free-form detail: %s', async (_, detail) => {
    stack.wechatpay.fault({ kind: 'refuse', status: 400, code: 'PARAM_ERROR', message: '参数错误', detail });
    const { answer } = await presign();
    expectError(answer, { status: 400, code: 'PARAM_ERROR' });
    expect(answer.text).not.toMatch(/张三|identify/);
  });

  it.each(['', 'lower_case', 'A'.repeat(65), 'WITH SPACE'])(
    'with a code that is none (%j) is no verdict',
    async (code) => {
      stack.wechatpay.fault({ kind: 'refuse', status: 400, code, message: '不行' });
      const { answer, effects } = await presign();
      expectError(answer, { status: 502, code: 'BAD_GATEWAY' });
      expect({ effects, calls: attempts(stack).length }).toEqual({ effects: 0, calls: 1 });
      expect(logs.reason()).toBe('wechatpay_malformed');
    },
  );

  it('for real: a contract number used with other data', async () => {
    const { campus } = await loadEndpoints();
    const lambda = coldLambda(campus, stack.env(MCHID));
    const body = bodyFor(campus);
    const first = await lambda.post(body);
    const second = await lambda.post({ ...body, user_id: 'somebodyElse' });
    expect(first.status).toBe(200);
    expectError(second, { status: 400, code: 'INVALID_REQUEST' });
    expect(attempts(stack)).toHaveLength(2);
  });
});

describe('a refusal of the merchant, not of the request', () => {
  const expectOurs = (answer: Answer, reason: string, cause: string): void => {
    expectError(answer, { status: 503, code: 'SERVICE_UNAVAILABLE', retryAfter: '60' });
    expect(answer.json).not.toHaveProperty('detail');
    expect(logs.ends()).toMatchObject([{ message: 'pre-sign failed', reason, cause, status: 503 }]);
    expect(attempts(stack)).toHaveLength(1);
    expect(answer.headers['Request-ID']).toBe(attempts(stack)[0]?.requestId);
    expect(logs.metrics()).toEqual(expect.arrayContaining(['MerchantMisconfigured', 'PresignFailed']));
  };
  const SERIAL = '平台证书序列号Wechatpay-Serial错误';

  it.each([
    [401, 'SIGN_ERROR', '商户证书已过期', false, 'signature_refused'],
    [401, 'SIGN_ERROR', '错误的签名，验签失败', true, 'signature_refused'],
    [403, 'NO_AUTH', '商户无权限', true, 'permission_missing'],
    [400, 'PARAM_ERROR', SERIAL, true, 'platform_key_refused'],
  ])('%i %s “%s” (signed: %s) is a 503 that rings', async (status, code, message, signed, reason) => {
    stack.wechatpay.fault({ kind: 'refuse', status, code, message, signed });
    const { answer, effects } = await presign();
    expectOurs(answer, reason, code);
    expect(answer.text).not.toContain(message);
    expect(effects).toBe(0);
  });

  it('for real: WeChat Pay does not know the certificate any more', async () => {
    const mchid = '1900000002';
    const { certificate_serial } = await stack.addMerchant({ mchid });
    stack.wechatpay.removeMerchantCertificate(mchid, certificate_serial);
    stack.clear();
    expectOurs(await coldLambda(etc, stack.env(mchid)).post(bodyFor(etc)), 'signature_refused', 'SIGN_ERROR');
  });

  it('for real: the body that a 401 quotes stays inside', async () => {
    const mchid = '1900000003';
    const { signing_key_arn } = await stack.addMerchant({ mchid });
    stack.kms.fault('bad-signature', { match: ({ keyArn }) => keyArn === signing_key_arn });
    stack.clear();
    const answer = await coldLambda(etc, stack.env(mchid)).post(bodyFor(etc));
    expectOurs(answer, 'signature_refused', 'SIGN_ERROR');
    expect(answer.text).not.toMatch(/sp_appid|truncated|POST/);
  });

  it('for real: our clock is ten minutes behind, and that is what the log says', async () => {
    const ahead = await startStack({ clock: () => Date.now() + 600_000 });
    try {
      await ahead.addMerchant({ mchid: MCHID });
      const answer = await coldLambda(etc, ahead.env(MCHID)).post(bodyFor(etc));
      expectError(answer, { status: 503, code: 'SERVICE_UNAVAILABLE', retryAfter: '60' });
      expect(logs.ends()).toMatchObject([{ reason: 'clock_off', cause: 'SIGN_ERROR' }]);
      expect(logs.metrics()).toContain('MerchantMisconfigured');
    } finally {
      await ahead.close();
    }
  });

  it('but a platform key that the caller chose is the caller’s', async () => {
    stack.wechatpay.fault({ kind: 'refuse', status: 400, code: 'PARAM_ERROR', message: SERIAL });
    const { serial = '' } = stack.wechatpay.platform.certificates[0] ?? {};
    const ciphertext = Buffer.alloc(256, 1).toString('base64');
    const identify = {
      encrypted_real_name: ciphertext,
      encrypted_credential_id: ciphertext,
      credential_type: 'ID_CARD',
    };
    const body = bodyFor(etc, { identify, bank_card_no: ciphertext });
    const headers = { 'Wechatpay-Serial': serial };
    const answer = await coldLambda(etc, stack.env(MCHID)).post(body, { headers });
    expect(answer.json).toMatchObject({ code: 'PARAM_ERROR' });
    expect(logs.metrics()).not.toContain('MerchantMisconfigured');
  });
});

const withoutSigned = ({ status, code }: { status: number; code: string }) => ({ status, code });
