import { createHash, createPublicKey, verify } from 'node:crypto';
import { type KMSClient, SignCommand, type SigningAlgorithmSpec } from '@aws-sdk/client-kms';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { clientOf, failureOf } from '../../support/aws/kms-test-client.ts';
import { type KmsSandbox, startKms } from './kms.ts';

const PKCS1 = 'RSASSA_PKCS1_V1_5_SHA_256';
const message = Buffer.from(
  'POST\n/v3/vehicle/etc/preopen\n1789000000\nnonce\n{"plate_number":"藏ZZZZZZ"}\n',
);
let kms: KmsSandbox;
let client: KMSClient;
let KeyId: string;
let publicKeyPem: string;

beforeAll(async () => {
  kms = await startKms();
  client = clientOf(kms);
  ({ arn: KeyId, publicKeyPem } = await kms.createRsaKey());
});
afterAll(() => kms.close());

describe('Sign', () => {
  it('of a digest and of the message itself makes the same bytes, which verify with node:crypto', async () => {
    const digest = createHash('sha256').update(message).digest();
    const send = async (request: { Message: Buffer; MessageType?: 'DIGEST' }) => {
      const answer = await client.send(new SignCommand({ KeyId, SigningAlgorithm: PKCS1, ...request }));
      expect(answer).toMatchObject({ KeyId, SigningAlgorithm: PKCS1 });
      return Buffer.from(answer.Signature ?? []);
    };
    const signature = await send({ Message: digest, MessageType: 'DIGEST' });
    expect(verify('sha256', message, createPublicKey(publicKeyPem), signature)).toBe(true);
    expect(await send({ Message: message })).toEqual(signature);
  });

  it.each([31, 33])('refuses a digest of %i bytes for SHA-256', async (length) => {
    const command = new SignCommand({
      KeyId,
      Message: Buffer.alloc(length),
      MessageType: 'DIGEST',
      SigningAlgorithm: PKCS1,
    });
    expect(await failureOf(client.send(command))).toMatchObject({
      name: 'ValidationException',
      message: `Digest is invalid length for algorithm ${PKCS1}.`,
      status: 400,
    });
  });

  it.each<SigningAlgorithmSpec>(['RSASSA_PSS_SHA_256', 'ECDSA_SHA_256'])('has no %s', async (algorithm) => {
    const command = new SignCommand({ KeyId, Message: message, SigningAlgorithm: algorithm });
    expect((await failureOf(client.send(command))).name).toBe('UnsupportedOperationException');
  });

  it.each(['KeyId', 'Message', 'SigningAlgorithm'])('refuses a request without %s', async (member) => {
    const whole = { KeyId, Message: message, SigningAlgorithm: PKCS1 } as const;
    const command = new SignCommand({ ...whole, [member]: undefined });
    expect((await failureOf(client.send(command))).name).toBe('ValidationException');
  });

  it('refuses keys made for encryption', async () => {
    const rsa = await kms.createRsaKey({ usage: 'ENCRYPT_DECRYPT' });
    for (const { arn } of [rsa, kms.createSymmetricKey()]) {
      const command = new SignCommand({ KeyId: arn, Message: message, SigningAlgorithm: PKCS1 });
      expect(await failureOf(client.send(command))).toMatchObject({
        name: 'InvalidKeyUsageException',
        message: `${arn} key usage is ENCRYPT_DECRYPT which is not valid for Sign.`,
      });
    }
  });
});
