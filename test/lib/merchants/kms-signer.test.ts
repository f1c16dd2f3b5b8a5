import { createPublicKey, verify } from 'node:crypto';
import { GetPublicKeyCommand, type KMSClient } from '@aws-sdk/client-kms';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createKmsSigner } from '../../../lib/merchants/kms-signer.ts';
import type { PlainFaultKind } from '../../aws/kms/faults.ts';
import { type KmsSandbox, startKms } from '../../aws/kms/kms.ts';
import { clientOf } from '../../support/aws/kms-test-client.ts';
import { failureOf } from '../../support/protocol.ts';

const message = Buffer.from('POST\n/v3/x\n1\nN\n{"name":"张三"}\n\n');
let kms: KmsSandbox;
let key: { arn: string; publicKeyPem: string };
let clients: KMSClient[] = [];

beforeEach(async () => {
  kms = await startKms();
  key = await kms.createRsaKey();
});
afterEach(async () => {
  for (const client of clients) client.destroy();
  clients = [];
  await kms.close();
});

const client = (config: Parameters<typeof clientOf>[1] = {}): KMSClient => {
  const made = clientOf(kms, config);
  clients.push(made);
  return made;
};
const pair = (signingKeyArn = key.arn) => ({ mchid: '1900000001', certificateSerial: 'AB12', signingKeyArn });
const unavailable = (reason: string) => ({
  code: 'SERVICE_UNAVAILABLE',
  status: 503,
  retryable: true,
  reason,
});

describe('the KMS signer', () => {
  it('makes a signature that the public key of KMS verifies, named after its pair', async () => {
    const answer = await createKmsSigner(client())(pair(), message);
    expect(answer).toMatchObject({ mchid: '1900000001', serial: 'AB12' });
    const { PublicKey } = await client().send(new GetPublicKeyCommand({ KeyId: key.arn }));
    const publicKey = createPublicKey({ key: Buffer.from(PublicKey ?? []), format: 'der', type: 'spki' });
    const holds = (bytes: Buffer) =>
      verify('sha256', bytes, publicKey, Buffer.from(answer.signature, 'base64'));
    expect(answer.signature).toMatch(/^[0-9A-Za-z+/]{342}==$/);
    expect(holds(message)).toBe(true);
    expect(holds(Buffer.concat([message, message]))).toBe(false);
  });

  it('sends a digest and never the message, of any size, in one call', async () => {
    await createKmsSigner(client())(pair(), Buffer.alloc(1_000_000, 'x'));
    expect(kms.calls).toHaveLength(1);
    expect(kms.calls).toMatchObject([
      {
        operation: 'Sign',
        keyArn: key.arn,
        messageType: 'DIGEST',
        messageBytes: 32,
        signingAlgorithm: 'RSASSA_PKCS1_V1_5_SHA_256',
      },
    ]);
  });

  it('has its middleware put together once, though each call ends with its own invocation', async () => {
    const cached = client({ cacheMiddleware: true });
    const sign = createKmsSigner(cached);
    await sign(pair(), message, new AbortController().signal);
    let resolved = 0;
    cached.middlewareStack.add((next) => {
      resolved += 1;
      return next;
    });
    await sign(pair(), message, new AbortController().signal);
    expect(resolved).toBe(0);
  });

  it('tells how long KMS took, when it answered', async () => {
    const durations: number[] = [];
    const sign = createKmsSigner(client(), (ms) => durations.push(ms));
    await sign(pair(), message);
    kms.fault('internal');
    await failureOf(sign(pair(), message));
    expect(durations).toEqual([expect.any(Number)]);
    expect(durations[0]).toBeGreaterThanOrEqual(0);
  });
});

describe('the KMS signer, when KMS', () => {
  const failure = (config?: Parameters<typeof client>[0], signal?: AbortSignal, arn?: string) =>
    failureOf(createKmsSigner(client(config))(pair(arn), message, signal));

  it('answers for another key, refuses the signature', async () => {
    kms.fault('wrong-key');
    expect(await failure()).toMatchObject({ ...unavailable('kms_wrong_key'), retryAfter: 60 });
  });

  it('is asked by another name than the ARN, refuses the signature: names can be pointed elsewhere', async () => {
    expect(await failure({}, undefined, key.arn.split('/').at(-1))).toMatchObject(
      unavailable('kms_wrong_key'),
    );
  });

  it.each<[PlainFaultKind, string, number]>([
    ['throttled', 'kms_throttled', 2],
    ['limit-exceeded', 'kms_throttled', 2],
    ['dependency-timeout', 'kms_timeout', 2],
    ['internal', 'kms_unavailable', 5],
    ['key-unavailable', 'kms_unavailable', 5],
    ['reset', 'kms_unavailable', 5],
  ])('fails with %s, it is %s', async (fault, reason, retryAfter) => {
    kms.fault(fault);
    expect(await failure()).toMatchObject({ ...unavailable(reason), retryAfter });
  });

  it.each([
    ['Disabled', 'kms_disabled'],
    ['PendingDeletion', 'kms_pending_deletion'],
    ['PendingImport', 'kms_invalid_state'],
    ['Unavailable', 'kms_invalid_state'],
  ] as const)('holds the key as %s, it is %s', async (state, reason) => {
    kms.setKeyState(key.arn, state);
    expect(await failure()).toMatchObject({ ...unavailable(reason), retryAfter: 60 });
  });

  it('denies access, it is kms_access_denied', async () => {
    kms.setPolicy(() => false);
    expect(await failure()).toMatchObject({ ...unavailable('kms_access_denied'), retryAfter: 60 });
  });

  it('has no such key, it is kms_key_missing', async () => {
    const absent = key.arn.replace(/[^/]+$/, '00000000-0000-4000-8000-000000000000');
    expect(await failure({}, undefined, absent)).toMatchObject({
      ...unavailable('kms_key_missing'),
      retryAfter: 60,
    });
  });

  it('has a key for encryption there, the merchant is misconfigured', async () => {
    const { arn } = await kms.createRsaKey({ usage: 'ENCRYPT_DECRYPT' });
    expect(await failure({}, undefined, arn)).toMatchObject(unavailable('merchant_misconfigured'));
  });

  it('does not answer in time, it is kms_timeout', async () => {
    kms.fault('hang');
    const requestHandler = { requestTimeout: 300, throwOnRequestTimeout: true };
    expect(await failure({ requestHandler })).toMatchObject({ ...unavailable('kms_timeout'), retryAfter: 2 });
  });

  it('cannot be reached, it is kms_unavailable', async () => {
    expect(await failure({ endpoint: 'http://127.0.0.1:1' })).toMatchObject(unavailable('kms_unavailable'));
  });

  it('is still busy when the invocation ends, it is the deadline', async () => {
    const controller = new AbortController();
    const match = () => {
      controller.abort();
      return true;
    };
    kms.fault('hang', { match });
    const error = await failure({}, controller.signal);
    expect(error).toMatchObject({
      code: 'GATEWAY_TIMEOUT',
      status: 504,
      retryable: true,
      reason: 'deadline',
    });
  });

  it('fails, the error keeps the cause for the log and out of its own message', async () => {
    kms.setPolicy(() => false);
    const error = await failure();
    expect(error.cause).toMatchObject({ name: 'AccessDeniedException' });
    expect(error.message).not.toContain('arn:');
  });
});
