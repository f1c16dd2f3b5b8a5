import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import {
  CreateKeyCommand,
  type CreateKeyCommandInput,
  type KeyMetadata,
  type KMSClient,
  KMSServiceException,
  SignCommand,
} from '@aws-sdk/client-kms';

/** A named expectation; `run` rejects, with an AssertionError or the SDK's error, when it is not met. */
export type Check = { readonly name: string; readonly run: () => Promise<void> };

export type Described = KeyMetadata & { readonly Arn: string; readonly KeyId: string };

const CONSISTENT_WITHIN_MS = 45_000;

/** KMS is eventually consistent: what was just written may be read, or enforced, seconds later. */
export const eventually = async <T>(attempt: () => Promise<T>): Promise<T> => {
  const deadline = performance.now() + CONSISTENT_WITHIN_MS;
  for (let pause = 50; ; pause = Math.min(pause * 2, 3000)) {
    try {
      return await attempt();
    } catch (error) {
      const answered = error instanceof KMSServiceException || error instanceof assert.AssertionError;
      if (!answered || performance.now() + pause > deadline) throw error;
    }
    await delay(pause);
  }
};

/** The call is refused, as the caller's fault, with an error of one of these names. */
export const refused = async (
  call: Promise<unknown>,
  ...names: readonly string[]
): Promise<KMSServiceException> => {
  const error = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof KMSServiceException, `expected ${names.join(' or ')}, got ${String(error)}`);
  assert.ok(
    names.includes(error.name),
    `expected ${names.join(' or ')}, got ${error.name}: ${error.message}`,
  );
  assert.equal(error.$metadata.httpStatusCode, 400);
  return error;
};

const once = <T>(make: () => Promise<T>): (() => Promise<T>) => {
  let made: Promise<T> | undefined;
  return () => {
    made ??= make();
    return made;
  };
};

/** The keys the checks share, each made when first asked for, and what was made so far. */
export const createWorld = (client: KMSClient) => {
  const created: Described[] = [];

  const createKey = async (input: CreateKeyCommandInput): Promise<Described> => {
    const Description = 'contract check, safe to delete';
    const { KeyMetadata } = await client.send(new CreateKeyCommand({ Description, ...input }));
    assert.ok(KeyMetadata?.Arn && KeyMetadata.KeyId);
    const described = { ...KeyMetadata, Arn: KeyMetadata.Arn, KeyId: KeyMetadata.KeyId };
    created.push(described);
    return described;
  };

  const sign = (KeyId: string, Message: Uint8Array, MessageType: 'DIGEST' | 'RAW' = 'DIGEST') =>
    client.send(
      new SignCommand({ KeyId, Message, MessageType, SigningAlgorithm: 'RSASSA_PKCS1_V1_5_SHA_256' }),
    );

  const rsa = { KeySpec: 'RSA_2048', KeyUsage: 'SIGN_VERIFY' } as const;
  return {
    client,
    created,
    createKey,
    sign,
    signingKey: once(() => createKey({ ...rsa, Tags: [{ TagKey: 'purpose', TagValue: 'contract' }] })),
    dataKey: once(() => createKey({})),
    emptyKey: once(() => createKey({ ...rsa, Origin: 'EXTERNAL' })),
  };
};

export type World = ReturnType<typeof createWorld>;
