import { createPublicKey, verify } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import {
  CreateKeyCommand,
  DescribeKeyCommand,
  GetPublicKeyCommand,
  ListKeysCommand,
  SignCommand,
} from '@aws-sdk/client-kms';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { clientOf, failureOf } from '../../support/aws/kms-test-client.ts';
import type { PlainFaultKind } from './faults.ts';
import { type KmsSandbox, startKms } from './kms.ts';

const message = Buffer.from('message');
let kms: KmsSandbox;
let key: { arn: string; keyId: string; publicKeyPem: string };

beforeEach(async () => {
  kms = await startKms();
  key = await kms.createRsaKey();
});
afterEach(() => kms.close());

const signature = (KeyId = key.arn) =>
  new SignCommand({ KeyId, Message: message, SigningAlgorithm: 'RSASSA_PKCS1_V1_5_SHA_256' });
const holds = (pem: string, bytes: Uint8Array | undefined): boolean =>
  verify('sha256', message, createPublicKey(pem), bytes ?? Buffer.alloc(0));
/** A promise that settles when a request is about to be struck: the client is then certainly waiting. */
const arrival = () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  const match = () => {
    resolve();
    return true;
  };
  return { arrived: promise, match };
};

describe('faults that are answers', () => {
  it.each<[PlainFaultKind, string, number]>([
    ['throttled', 'ThrottlingException', 400],
    ['not-visible-yet', 'NotFoundException', 400],
    ['limit-exceeded', 'LimitExceededException', 400],
    ['internal', 'KMSInternalException', 500],
    ['dependency-timeout', 'DependencyTimeoutException', 500],
    ['key-unavailable', 'KeyUnavailableException', 500],
  ])('%s is a %s with status %i, once', async (kind, name, status) => {
    const client = clientOf(kms);
    kms.fault(kind);
    expect(await failureOf(client.send(signature()))).toMatchObject({ name, status });
    expect((await client.send(signature())).KeyId).toBe(key.arn);
    expect(kms.calls).toMatchObject([{ status, errorName: name, fault: kind }, { status: 200 }]);
  });

  it('throttling ends well through the retries of the SDK', async () => {
    kms.fault('throttled', { times: 2 });
    const answer = await clientOf(kms, { maxAttempts: 3 }).send(signature());
    expect(holds(key.publicKeyPem, answer.Signature)).toBe(true);
    expect(kms.calls.map((call) => call.status)).toEqual([400, 400, 200]);
  });

  it('strike in the order they were added, each as often as asked, and only what they match', async () => {
    const client = clientOf(kms);
    kms.fault('internal', { times: 2, match: (request) => request.operation === 'Sign' });
    kms.fault({ kind: 'throttled' }, { match: (request) => request.keyArn === key.arn });
    const names = [];
    for (const command of [signature(), signature(), signature()]) {
      names.push((await failureOf(client.send(command))).name);
    }
    expect(names).toEqual(['KMSInternalException', 'KMSInternalException', 'ThrottlingException']);
    expect((await client.send(signature())).KeyId).toBe(key.arn);

    kms.fault('internal', { match: (request) => request.messageType === 'DIGEST' });
    await client.send(new ListKeysCommand({}));
    await client.send(signature());
    kms.clearFaults();
    const digest = { KeyId: key.arn, Message: Buffer.alloc(32), MessageType: 'DIGEST' } as const;
    await client.send(new SignCommand({ ...digest, SigningAlgorithm: 'RSASSA_PKCS1_V1_5_SHA_256' }));
  });
});

describe('faults of the answer to Sign', () => {
  it('wrong-key signs properly, but with a key nobody asked for, and names it', async () => {
    const client = clientOf(kms);
    kms.fault('wrong-key');
    await client.send(new DescribeKeyCommand({ KeyId: key.arn }));
    const answer = await client.send(signature());
    expect(answer.KeyId).not.toBe(key.arn);
    expect(holds(key.publicKeyPem, answer.Signature)).toBe(false);
    const { PublicKey } = await client.send(new GetPublicKeyCommand({ KeyId: answer.KeyId }));
    const other = createPublicKey({ key: Buffer.from(PublicKey ?? []), format: 'der', type: 'spki' });
    expect(verify('sha256', message, other, answer.Signature ?? Buffer.alloc(0))).toBe(true);
    expect(kms.calls[1]).toMatchObject({ keyArn: key.arn, fault: 'wrong-key', status: 200 });
  });

  it('wrong-key can be told which key', async () => {
    const other = await kms.createRsaKey();
    kms.fault({ kind: 'wrong-key', keyArn: other.arn });
    const answer = await clientOf(kms).send(signature());
    expect(answer.KeyId).toBe(other.arn);
    expect(holds(other.publicKeyPem, answer.Signature)).toBe(true);
  });

  it('bad-signature names the right key, but the bytes do not verify', async () => {
    const client = clientOf(kms);
    kms.fault('bad-signature');
    const bad = await client.send(signature());
    expect(bad.KeyId).toBe(key.arn);
    expect(bad.Signature).toHaveLength(256);
    expect(holds(key.publicKeyPem, bad.Signature)).toBe(false);
    expect(holds(key.publicKeyPem, (await client.send(signature())).Signature)).toBe(true);
  });
});

describe('faults of the connection', () => {
  it('lost-answer does the work and tells nobody', async () => {
    const client = clientOf(kms, { maxAttempts: 1 });
    kms.fault('lost-answer', { match: ({ operation }) => operation === 'CreateKey' });
    const before = (await client.send(new ListKeysCommand({}))).Keys?.length ?? 0;
    const command = new CreateKeyCommand({ KeySpec: 'RSA_2048', KeyUsage: 'SIGN_VERIFY' });
    expect(await failureOf(client.send(command))).toMatchObject({
      message: expect.stringContaining('ECONNRESET'),
    });
    expect((await client.send(new ListKeysCommand({}))).Keys).toHaveLength(before + 1);
  });

  it('hang leaves the client waiting, and the next request is served', async () => {
    const hang = arrival();
    kms.fault('hang', { match: hang.match });
    const patience = new AbortController();
    const hanging = failureOf(clientOf(kms).send(signature(), { abortSignal: patience.signal }));
    await hang.arrived;
    expect(await Promise.race([hanging, setTimeout(200, 'nothing yet')])).toBe('nothing yet');
    patience.abort();
    expect((await hanging).name).toBe('AbortError');
    expect(kms.calls).toMatchObject([{ operation: 'Sign', status: 0, fault: 'hang' }]);
    expect((await clientOf(kms).send(signature())).KeyId).toBe(key.arn);
  });

  it('reset closes the socket without an answer, which the SDK retries', async () => {
    kms.fault('reset', { times: 2 });
    const failure = await failureOf(clientOf(kms).send(signature()));
    expect(failure).toMatchObject({
      status: undefined,
      message: expect.stringMatching(/ECONNRESET|socket hang up/),
    });
    const answer = await clientOf(kms, { maxAttempts: 2 }).send(signature());
    expect(answer.KeyId).toBe(key.arn);
    expect(kms.calls.map((call) => call.status)).toEqual([0, 0, 200]);
  });

  it('latency delays one answer on top of the general latency', async () => {
    const client = clientOf(kms);
    const duration = async () => {
      const from = performance.now();
      await client.send(signature());
      return performance.now() - from;
    };
    kms.latencyMs = 60;
    expect(kms.latencyMs).toBe(60);
    // Timers may fire a millisecond early; a slow machine only ever makes this longer.
    expect(await duration()).toBeGreaterThan(57);
    kms.fault({ kind: 'latency', ms: 100 });
    expect(await duration()).toBeGreaterThan(157);
  });
});

describe('close', () => {
  it('ends hanging, delayed and idle connections alike', async () => {
    await clientOf(kms).send(signature());
    const hang = arrival();
    kms.fault('hang', { match: hang.match });
    const hanging = failureOf(clientOf(kms).send(signature()));
    await hang.arrived;
    const slow = arrival();
    kms.fault({ kind: 'latency', ms: 3_600_000 }, { match: slow.match });
    const delayed = failureOf(clientOf(kms).send(signature()));
    await slow.arrived;
    await kms.close();
    for (const failure of [await hanging, await delayed]) {
      expect(failure.message).toMatch(/ECONNRESET|socket hang up|aborted/);
    }
    // Somebody else may have the port by now: whoever answers, it is not this one.
    const before = kms.calls.length;
    await clientOf(kms)
      .send(signature())
      .catch(() => undefined);
    expect(kms.calls).toHaveLength(before);
    await kms.close();
  });
});
