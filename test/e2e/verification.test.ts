import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Endpoint } from '../../lib/endpoint.ts';
import type { Fault } from '../../sandbox/fault.ts';
import { type Stack, startStack } from '../aws/stack.ts';
import { coldLambda } from '../support/lambda.ts';
import {
  attempts,
  bodyFor,
  captureLogs,
  downloads,
  expectDocumented,
  expectError,
  expectSameBytesSignedAnew,
  type Logs,
  loadEndpoints,
} from '../support/world.ts';

const CERTIFICATE_MERCHANT = '1900000001';
const PUBLIC_KEY_MERCHANT = '1900000002';

let stack: Stack;
let etc: Endpoint;
let logs: Logs;

beforeAll(async () => {
  stack = await startStack();
  await stack.addMerchant({ mchid: CERTIFICATE_MERCHANT });
  await stack.addMerchant({ mchid: PUBLIC_KEY_MERCHANT, mode: 'public-key' });
  ({ etc } = await loadEndpoints());
});
afterAll(() => stack.close());
beforeEach(() => {
  stack.clear();
  stack.wechatpay.clearFaults();
  logs = captureLogs();
});
afterEach(() => logs.stop());

const presign = async (mchid = CERTIFICATE_MERCHANT, env: Record<string, string> = {}) => {
  const before = stack.wechatpay.presigns.length;
  const answer = await coldLambda(etc, { ...stack.env(mchid), ...env }).post(bodyFor(etc));
  expectDocumented(answer);
  return { answer, effects: stack.wechatpay.presigns.length - before };
};

/** Pre-signs only: the same fault would spoil a download of certificates too. */
const onPresigns = { match: ({ method }: { method: string }) => method === 'POST' };

describe('a 2xx that does not verify', () => {
  const missing = 'verification_headers_missing';
  const cases: { fault: Fault; reason: string }[] = [
    { fault: { kind: 'bad-signature' }, reason: 'verification_signature' },
    { fault: { kind: 'signtest' }, reason: 'verification_probe' },
    { fault: { kind: 'altered-body' }, reason: 'verification_signature' },
    { fault: { kind: 'unknown-serial' }, reason: 'verification_unknown_serial' },
    { fault: { kind: 'stale-timestamp' }, reason: 'verification_timestamp' },
    { fault: { kind: 'stale-timestamp', direction: 'future' }, reason: 'verification_timestamp' },
    { fault: { kind: 'wrong-signature-type' }, reason: missing },
    { fault: { kind: 'missing-headers' }, reason: missing },
    { fault: { kind: 'missing-headers', names: ['Wechatpay-Timestamp'] }, reason: missing },
    { fault: { kind: 'missing-headers', names: ['Wechatpay-Nonce'] }, reason: missing },
    { fault: { kind: 'missing-headers', names: ['Wechatpay-Signature'] }, reason: missing },
    { fault: { kind: 'missing-headers', names: ['Wechatpay-Serial'] }, reason: missing },
  ];

  describe.each([CERTIFICATE_MERCHANT, PUBLIC_KEY_MERCHANT])('of merchant %s', (mchid) => {
    it.each(cases)('once, is discarded and asked for again: $fault', async ({ fault, reason }) => {
      stack.wechatpay.fault(fault, onPresigns);
      const { answer, effects } = await presign(mchid);
      expect({ status: answer.status, effects }).toEqual({ status: 200, effects: 1 });
      expect(attempts(stack)).toHaveLength(2);
      expectSameBytesSignedAnew(stack);
      expect(answer.json['preopen_id']).toBe(stack.wechatpay.presigns.at(-1)?.id);
      expect(logs.attemptsFailed()).toMatchObject([{ reason, attempt: 1 }]);
      expect(logs.metrics().includes('VerificationFailed')).toBe(reason !== 'verification_probe');
    });

    it.each(cases)('ever again, never reaches the caller: $fault', async ({ fault, reason }) => {
      stack.wechatpay.fault(fault, { times: Number.POSITIVE_INFINITY, ...onPresigns });
      const { answer, effects } = await presign(mchid);
      expectError(answer, { status: 502, code: 'BAD_GATEWAY' });
      expect(answer.text).not.toContain(stack.wechatpay.presigns.at(-1)?.id);
      expect(effects).toBe(1);
      expect(attempts(stack)).toHaveLength(2);
      expectSameBytesSignedAnew(stack);
      expect(answer.headers['Request-ID']).toBe(attempts(stack).at(-1)?.requestId);
      expect(logs.ends()).toMatchObject([{ message: 'pre-sign failed', reason, code: 'BAD_GATEWAY' }]);
    });
  });

  it('is retried once even when a server error came first', async () => {
    stack.wechatpay.fault({ kind: 'error-page', status: 502 });
    stack.wechatpay.fault({ kind: 'signtest' });
    const { answer, effects } = await presign();
    expect({ status: answer.status, effects, calls: attempts(stack).length }).toEqual({
      status: 200,
      effects: 1,
      calls: 3,
    });
  });

  it('under an unknown serial costs one download of certificates, however often it comes', async () => {
    // A merchant of its own: one refreshed within a minute, by whatever Lambda, costs none.
    await stack.addMerchant({ mchid: '1900000099' });
    stack.clear();
    const lambda = coldLambda(etc, stack.env('1900000099'));
    stack.wechatpay.fault({ kind: 'unknown-serial' }, { times: Number.POSITIVE_INFINITY, ...onPresigns });
    for (let i = 0; i < 3; i += 1) {
      expectError(await lambda.post(bodyFor(etc)), { status: 502, code: 'BAD_GATEWAY' });
    }
    expect(downloads(stack)).toHaveLength(1);
  });

  it('is fine a little off our clock', async () => {
    stack.wechatpay.fault({ kind: 'stale-timestamp', seconds: 240 });
    expect((await presign()).answer.status).toBe(200);
    stack.wechatpay.fault({ kind: 'stale-timestamp', direction: 'future', seconds: 240 });
    expect((await presign()).answer.status).toBe(200);
    expect(attempts(stack)).toHaveLength(2);
  });

  it('may leave out the signature type, which has one value', async () => {
    stack.wechatpay.fault({ kind: 'missing-headers', names: ['Wechatpay-Signature-Type'] });
    const { answer, effects } = await presign();
    expect({ status: answer.status, effects, calls: attempts(stack).length }).toEqual({
      status: 200,
      effects: 1,
      calls: 1,
    });
  });
});

describe('a verified 2xx that is not what the documentation says', () => {
  const faults: Fault[] = [
    { kind: 'wrong-shape', body: '{}' },
    { kind: 'wrong-shape', body: '[]' },
    { kind: 'wrong-shape', body: 'null' },
    { kind: 'wrong-shape', body: '""' },
    { kind: 'wrong-shape', body: 'not JSON' },
    { kind: 'wrong-shape', body: '' },
    { kind: 'wrong-shape', body: '{"preopen_id":""}' },
    { kind: 'wrong-shape', body: '{"preopen_id":7}' },
    { kind: 'wrong-shape', body: '{"preopen_id":null}' },
    { kind: 'oversized-body' },
    { kind: 'oversized-body', chunked: true },
    { kind: 'no-content' },
  ];
  it.each(faults)('is a bad gateway at once: %j', async (fault) => {
    stack.wechatpay.fault(fault);
    const { answer, effects } = await presign();
    expectError(answer, { status: 502, code: 'BAD_GATEWAY' });
    expect({ effects, calls: attempts(stack).length }).toEqual({ effects: 1, calls: 1 });
    expect(logs.ends()).toMatchObject([{ reason: 'wechatpay_malformed', code: 'BAD_GATEWAY' }]);
  });

  it('may have members that we do not know', async () => {
    const body = '{"preopen_id":"an-id","added_in_2027":{"x":[1]}}';
    stack.wechatpay.fault({ kind: 'wrong-shape', body });
    const { answer } = await presign();
    expect(answer.status).toBe(200);
    expect(answer.json).toMatchObject(JSON.parse(body) as object);
  });
});

describe('something in between that answers in WeChat Pay’s place', () => {
  const answering = async (listener: RequestListener) => {
    let calls = 0;
    const server = createServer((request, response) => {
      calls += 1;
      request.resume().on('end', () => listener(request, response));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    try {
      const host = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
      const { answer } = await presign(CERTIFICATE_MERCHANT, { WECHATPAY_HOSTS: host });
      return { answer, calls };
    } finally {
      server.closeAllConnections();
      server.close();
    }
  };

  it('a 2xx without a signature is never a success', async () => {
    const { answer, calls } = await answering((_, response) => {
      response.writeHead(200, { 'Content-Type': 'application/json' }).end('{"preopen_id":"forged"}');
    });
    expectError(answer, { status: 502, code: 'BAD_GATEWAY' });
    expect(answer.text).not.toContain('forged');
    expect(calls).toBe(2);
  });

  it('a 4xx with a signature that does not hold is no verdict', async () => {
    const { serial = '' } = stack.wechatpay.platform.certificates[0] ?? {};
    const { answer } = await answering((_, response) => {
      const headers = {
        'Content-Type': 'application/json',
        'Wechatpay-Timestamp': String(Math.floor(Date.now() / 1000)),
        'Wechatpay-Nonce': 'nonce',
        'Wechatpay-Signature': Buffer.alloc(256, 1).toString('base64'),
        'Wechatpay-Serial': serial,
      };
      response.writeHead(403, headers).end('{"code":"NO_AUTH","message":"forged"}');
    });
    expectError(answer, { status: 502, code: 'BAD_GATEWAY' });
    expect(answer.text).not.toContain('forged');
    expect(logs.reason()).toBe('verification_signature');
  });

  it.each([301, 302, 307])('a redirect (%d) is not followed', async (status) => {
    const { answer, calls } = await answering((_, response) => {
      response.writeHead(status, { Location: `${stack.wechatpay.url}${etc.path}` }).end();
    });
    expectError(answer, { status: 502, code: 'BAD_GATEWAY' });
    expect(calls).toBe(1);
    expect(attempts(stack)).toHaveLength(0);
  });

  it.each([
    [400, 'text/html', '<html>Bad Request</html>'],
    [404, 'application/json', ''],
    [403, 'application/json', '"forbidden"'],
    [400, 'application/json', '{"code":400,"message":"?"}'],
  ])('a %d of %s that is not in WeChat Pay’s shape is no verdict', async (status, type, body) => {
    const { answer, calls } = await answering((_, response) => {
      response.writeHead(status, { 'Content-Type': type }).end(body);
    });
    expectError(answer, { status: 502, code: 'BAD_GATEWAY' });
    expect(calls).toBe(1);
    expect(logs.reason()).toBe('wechatpay_malformed');
  });

  it('something that does not speak HTTP is an error like any other', async () => {
    const { answer } = await answering((request) => {
      request.socket.end('SSH-2.0-OpenSSH_9.6\r\n');
    });
    expectError(answer, { status: 504, code: 'GATEWAY_TIMEOUT' });
    expect(logs.reason()).toBe('wechatpay_reset');
  });
});
