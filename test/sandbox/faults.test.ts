import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Fault } from '../../sandbox/fault.ts';
import { startWechatPay, type WechatPaySandbox } from '../../sandbox/server.ts';
import { STRICT } from '../support/sandbox/strict.ts';
import {
  type Answered,
  addTestMerchant,
  change,
  encryptFields,
  exchange,
  get,
  holds,
  parse,
  post,
  type TestMerchant,
} from '../support/sandbox/test-client.ts';
import { PAYEE } from '../support/sandbox/test-samples.ts';

const { path } = PAYEE;
let sandbox: WechatPaySandbox;
let merchant: TestMerchant;
let key: { id: string; pem: string };
let code = 0;
let body: Buffer;

beforeAll(async () => {
  sandbox = await startWechatPay(STRICT);
  merchant = await addTestMerchant(sandbox, '1900000109', 'public-key');
  key = sandbox.platform.publicKey(merchant.mchid);
});
afterAll(() => sandbox.close());
beforeEach(() => {
  sandbox.clearCalls();
  code += 1;
  const fresh = change(PAYEE.body, '/out_contract_code', () => `CODE-${code}`);
  body = Buffer.from(JSON.stringify(encryptFields(fresh, PAYEE.sensitive, key.pem)));
});
afterEach(() => {
  expect(sandbox.pendingFaults()).toBe(0);
});

const send = () => post(sandbox.url, merchant, { path, body, platformSerial: key.id });
const times = () =>
  sandbox.presigns.filter(({ body: plain }) => plain['out_contract_code'] === `CODE-${code}`).length;
const last = () => sandbox.calls.at(-1);
const isSigned = (answer: Answered) => 'wechatpay-signature' in answer.headers;

/** After any fault the same bytes must go through, and the pre-sign must have happened exactly once. */
async function expectRecovery() {
  const answer = await send();
  expect(answer.status).toBe(200);
  expect(holds(answer, key.pem)).toBe(true);
  expect(times()).toBe(1);
  return parse(answer)['pre_entrustweb_id'];
}

describe('an error instead of an answer', () => {
  const refused = { kind: 'refuse', status: 403, code: 'NO_AUTH', message: '无权限' } as const;
  const cases: [Fault, number, string, boolean, string | undefined][] = [
    [{ kind: 'rate-limit' }, 429, 'RATELIMIT_EXCEEDED', true, undefined],
    [{ kind: 'rate-limit', retryAfter: 2 }, 429, 'RATELIMIT_EXCEEDED', true, '2'],
    [{ kind: 'system-error' }, 500, 'SYSTEM_ERROR', true, undefined],
    [{ kind: 'unavailable' }, 503, 'SERVICE_UNAVAILABLE', true, undefined],
    [{ kind: 'unavailable', retryAfter: 0 }, 503, 'SERVICE_UNAVAILABLE', true, '0'],
    [refused, 403, 'NO_AUTH', true, undefined],
    [{ ...refused, signed: false }, 403, 'NO_AUTH', false, undefined],
  ];
  it.each(cases)('%j', async (fault, status, errorCode, signed, retryAfter) => {
    sandbox.fault(fault);
    const answer = await send();
    expect([answer.status, parse(answer).code]).toEqual([status, errorCode]);
    expect(answer.headers['retry-after']).toBe(retryAfter);
    expect(isSigned(answer)).toBe(signed);
    if (signed) expect(holds(answer, key.pem)).toBe(true);
    expect(answer.headers['request-id']).not.toMatch(/-0$/);
    expect(last()).toMatchObject({ status, code: errorCode, fault: fault.kind, processed: false });
    expect(times()).toBe(0);
    await expectRecovery();
  });

  it('carries the detail given', async () => {
    sandbox.fault({ ...refused, detail: { value: 'echo' } });
    expect(parse(await send())).toEqual({ code: 'NO_AUTH', message: '无权限', detail: { value: 'echo' } });
  });

  it.each([500, 502] as const)('may be a %d page of a gateway', async (status) => {
    sandbox.fault({ kind: 'error-page', status });
    const answer = await send();
    expect(answer.status).toBe(status);
    expect(answer.headers['content-type']).toBe('text/html');
    expect(answer.body.toString()).toMatch(/^<html>/);
    expect(isSigned(answer)).toBe(false);
    expect(last()).toMatchObject({ status, fault: 'error-page', processed: false });
    await expectRecovery();
  });
});

describe('silence', () => {
  it.each([
    ['reset', false],
    ['reset-after', true],
  ] as const)('%s', async (kind, processed) => {
    sandbox.fault({ kind });
    await expect(send()).rejects.toMatchObject({ code: 'ECONNRESET' });
    expect(last()).toMatchObject({ status: undefined, fault: kind, processed });
    expect(times()).toBe(processed ? 1 : 0);
    await expectRecovery();
  });

  it.each([
    ['hang', false],
    ['hang-after', true],
  ] as const)('%s', async (kind, processed) => {
    sandbox.fault({ kind });
    const hanging = send();
    const settled = hanging.then(
      () => 'answered',
      () => 'failed',
    );
    // Another request on another connection is answered meanwhile: the server itself goes on.
    while (sandbox.calls.length === 0) await new Promise((resolve) => setImmediate(resolve));
    expect(last()).toMatchObject({ status: undefined, fault: kind, processed });
    expect(times()).toBe(processed ? 1 : 0);
    await expectRecovery();
    expect(await Promise.race([settled, Promise.resolve('nothing yet')])).toBe('nothing yet');
  });

  it('does not keep close() from finishing', async () => {
    const brief = await startWechatPay(STRICT);
    const mine = await addTestMerchant(brief, '1900000109', 'certificate');
    brief.fault({ kind: 'hang' }, { match: ({ host }) => host === 'primary' });
    brief.fault({ kind: 'latency', ms: 3_600_000 }, { match: ({ host }) => host === 'backup' });
    const calls = [get(brief.url, mine, '/v3/certificates'), get(brief.backupUrl, mine, '/v3/certificates')];
    const failed = Promise.all(calls.map((call) => expect(call).rejects.toThrow()));
    while (brief.calls.length < 2) await new Promise((resolve) => setImmediate(resolve));
    await brief.close();
    await failed;
    // Somebody else may have the port by now: whoever answers, it is not this one.
    await get(brief.url, mine, '/v3/certificates').catch(() => undefined);
    expect(brief.calls).toHaveLength(2);
  });

  it('truncated-body', async () => {
    sandbox.fault({ kind: 'truncated-body' });
    await expect(send()).rejects.toThrow('aborted');
    expect(last()).toMatchObject({ status: undefined, processed: true });
    expect(times()).toBe(1);
    await expectRecovery();
  });
});

describe('latency', () => {
  it('is at least what was asked for, after processing, and goes with another fault', async () => {
    sandbox.fault({ kind: 'system-error' });
    sandbox.fault({ kind: 'latency', ms: 50 });
    const before = performance.now();
    expect((await send()).status).toBe(500);
    expect(performance.now() - before).toBeGreaterThan(45);
    expect(last()).toMatchObject({ fault: 'system-error', processed: false });
    sandbox.fault({ kind: 'latency', ms: 50 });
    const late = performance.now();
    expect((await send()).status).toBe(200);
    expect(performance.now() - late).toBeGreaterThan(45);
    expect(last()).toMatchObject({ fault: 'latency', processed: true });
  });
});

describe('a success that does not verify', () => {
  const cases: [Fault, (answer: Answered) => void][] = [
    [
      { kind: 'bad-signature' },
      ({ headers }) => expect(Buffer.from(headers['wechatpay-signature'] ?? '', 'base64')).toHaveLength(256),
    ],
    [
      { kind: 'signtest' },
      ({ headers }) =>
        expect(headers['wechatpay-signature']).toMatch(/^WECHATPAY\/SIGNTEST\/[0-9A-Za-z+/]{323}==$/),
    ],
    [
      { kind: 'unknown-serial' },
      ({ headers }) => {
        expect(headers['wechatpay-serial']).toMatch(/^[1-7][0-9A-F]{39}$/);
        expect(sandbox.platform.certificates.map(({ serial }) => serial)).not.toContain(
          headers['wechatpay-serial'],
        );
      },
    ],
    [
      { kind: 'altered-body' },
      (answer) => expect(parse(answer)).toEqual({ pre_entrustweb_id: expect.stringMatching(/^\d{4}_\w+$/) }),
    ],
  ];
  it.each(cases)('%j', async (fault, check) => {
    sandbox.fault(fault);
    const answer = await send();
    expect(answer.status).toBe(200);
    expect(Object.keys(answer.headers).filter((name) => name.startsWith('wechatpay-'))).toHaveLength(5);
    expect(holds(answer, key.pem)).toBe(false);
    check(answer);
    expect(last()).toMatchObject({ status: 200, fault: fault.kind, processed: true });
    expect(times()).toBe(1);
    const id = await expectRecovery();
    expect(parse(answer)['pre_entrustweb_id'] === id).toBe(fault.kind !== 'altered-body');
  });

  it.each([
    [{ kind: 'stale-timestamp' }, -330],
    [{ kind: 'stale-timestamp', direction: 'future' }, 330],
    [{ kind: 'stale-timestamp', seconds: 301 }, -301],
  ] as const)('%j is correctly signed', async (fault, offset) => {
    const frozen = Date.parse('2026-05-04T03:02:01Z');
    const calm = await startWechatPay({ ...STRICT, clock: () => frozen });
    const mine = await addTestMerchant(calm, '1900000109', 'certificate');
    calm.fault(fault);
    const answer = await get(calm.url, mine, '/v3/certificates', undefined, frozen / 1000);
    await calm.close();
    expect(answer.headers['wechatpay-timestamp']).toBe(`${frozen / 1000 + offset}`);
    expect(holds(answer, calm.platform.certificates[0]?.certificatePem ?? '')).toBe(true);
  });

  it('missing-headers: all of them, or those named', async () => {
    sandbox.fault({ kind: 'missing-headers' });
    sandbox.fault({ kind: 'missing-headers', names: ['Wechatpay-Serial', 'Wechatpay-Nonce'] });
    const present = async () =>
      Object.keys((await send()).headers).filter((name) => name.startsWith('wechatpay-'));
    expect(await present()).toEqual([]);
    expect(await present()).toEqual([
      'wechatpay-timestamp',
      'wechatpay-signature',
      'wechatpay-signature-type',
    ]);
    expect(times()).toBe(1);
  });

  it('wrong-signature-type', async () => {
    sandbox.fault({ kind: 'wrong-signature-type' });
    const answer = await send();
    expect(answer.headers['wechatpay-signature-type']).toBe('WECHATPAY2-SM2-WITH-SM3');
    expect(holds(answer, key.pem)).toBe(true);
  });
});

describe('a success that verifies and is still no answer', () => {
  it.each(['{}', 'not JSON', '[]', '{"pre_entrustweb_id":7}'])('%s', async (shape) => {
    sandbox.fault({ kind: 'wrong-shape', body: shape });
    const answer = await send();
    expect([answer.status, answer.body.toString()]).toEqual([200, shape]);
    expect(holds(answer, key.pem)).toBe(true);
    expect(times()).toBe(1);
    await expectRecovery();
  });

  it.each([undefined, 100_000] as const)('oversized-body of %s bytes', async (bytes) => {
    for (const chunked of [false, true]) {
      sandbox.fault({ kind: 'oversized-body', chunked, ...(bytes ? { bytes } : {}) });
      const answer = await send();
      expect(answer.body).toHaveLength(bytes ?? 8 * 1024 * 1024);
      expect(answer.headers['content-length']).toBe(chunked ? undefined : `${answer.body.length}`);
      expect(holds(answer, key.pem)).toBe(true);
      expect(parse(answer)['pre_entrustweb_id']).toBe(await expectRecovery());
    }
  });

  it('no-content', async () => {
    sandbox.fault({ kind: 'no-content' });
    const answer = await send();
    expect([answer.status, answer.body.length]).toEqual([204, 0]);
    expect(answer.headers).not.toHaveProperty('content-type');
    expect(holds(answer, key.pem)).toBe(true);
    expect(times()).toBe(1);
  });
});

describe('the queue of faults', () => {
  it('is first in, first out, and counts', async () => {
    sandbox.fault({ kind: 'rate-limit' }, { times: 2 });
    sandbox.fault({ kind: 'system-error' });
    const statuses = [await send(), await send(), await send(), await send()].map(({ status }) => status);
    expect(statuses).toEqual([429, 429, 500, 200]);
  });

  it('strikes only the calls that match, and sees their records', async () => {
    const match = ({ decrypted, host }: { decrypted?: object; host: string }) =>
      host === 'backup' && Object.values(decrypted ?? {}).includes('张三');
    sandbox.fault({ kind: 'system-error' }, { match });
    expect((await send()).status).toBe(200);
    const there = await post(sandbox.backupUrl, merchant, { path, body, platformSerial: key.id });
    expect(there.status).toBe(500);
  });

  it('can be emptied', async () => {
    sandbox.fault({ kind: 'system-error' }, { times: Number.POSITIVE_INFINITY });
    expect((await send()).status).toBe(500);
    sandbox.clearFaults();
    expect((await send()).status).toBe(200);
  });

  it('never covers up a mistake of the client', async () => {
    sandbox.fault({ kind: 'system-error' });
    const headers = { Accept: '*/*', 'User-Agent': 'x' };
    const anonymous = await exchange({ url: sandbox.url, method: 'POST', path, headers, body });
    expect(anonymous.status).toBe(401);
    expect((await post(sandbox.url, merchant, { path, body: {}, platformSerial: key.id })).status).toBe(400);
    expect(sandbox.pendingFaults()).toBe(1);
    expect((await send()).status).toBe(500);
  });
});
