import { constants, createHash, createPublicKey, generateKeyPairSync, sign, verify } from 'node:crypto';
import {
  CreateKeyCommand,
  GetPublicKeyCommand,
  type KMSClient,
  SignCommand,
  type SigningAlgorithmSpec,
} from '@aws-sdk/client-kms';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { clientOf, failureOf } from '../../support/aws/kms-test-client.ts';
import { type KmsSandbox, startKms } from './kms.ts';

const PKCS1 = 'RSASSA_PKCS1_V1_5_SHA_256';
const ALGORITHMS = (['PKCS1_V1_5', 'PSS'] as const).flatMap((padding) =>
  (['256', '384', '512'] as const).map((bits) => ({ padding, bits })),
);
const message = Buffer.from(
  'POST\n/v3/vehicle/etc/preopen\n1789000000\nnonce\n{"plate_number":"藏ZZZZZZ"}\n',
);
const pair = generateKeyPairSync('rsa', { modulusLength: 2048 });
const pem = pair.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();

let kms: KmsSandbox;
let client: KMSClient;
let KeyId: string;

beforeAll(async () => {
  kms = await startKms();
  client = clientOf(kms);
  KeyId = (await kms.createRsaKey({ privateKeyPem: pem })).arn;
});
afterAll(() => kms.close());

const optionsOf = (padding: 'PKCS1_V1_5' | 'PSS', bits: '256' | '384' | '512') =>
  padding === 'PSS'
    ? { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: Number(bits) / 8 }
    : { padding: constants.RSA_PKCS1_PADDING };

describe('Sign', () => {
  it.each(ALGORITHMS)(
    '$padding SHA-$bits of a digest and of the message verify with node:crypto',
    async (one) => {
      const SigningAlgorithm: SigningAlgorithmSpec = `RSASSA_${one.padding}_SHA_${one.bits}`;
      const digest = createHash(`sha${one.bits}`).update(message).digest();
      const { PublicKey } = await client.send(new GetPublicKeyCommand({ KeyId }));
      const key = createPublicKey({ key: Buffer.from(PublicKey ?? []), format: 'der', type: 'spki' });
      const requests = [{ Message: digest, MessageType: 'DIGEST' }, { Message: message }] as const;
      for (const request of requests) {
        const answer = await client.send(new SignCommand({ KeyId, SigningAlgorithm, ...request }));
        expect(answer).toMatchObject({ KeyId, SigningAlgorithm });
        const given = { key, ...optionsOf(one.padding, one.bits) };
        expect(verify(`sha${one.bits}`, message, given, answer.Signature ?? Buffer.alloc(0))).toBe(true);
      }
    },
  );

  it.each(['RSA_3072', 'RSA_4096'] as const)('works with a key of %s made by CreateKey', async (KeySpec) => {
    const created = await client.send(new CreateKeyCommand({ KeySpec, KeyUsage: 'SIGN_VERIFY' }));
    const name = created.KeyMetadata?.Arn;
    const { PublicKey } = await client.send(new GetPublicKeyCommand({ KeyId: name }));
    const answer = await client.send(
      new SignCommand({ KeyId: name, Message: message, SigningAlgorithm: 'RSASSA_PSS_SHA_512' }),
    );
    const key = createPublicKey({ key: Buffer.from(PublicKey ?? []), format: 'der', type: 'spki' });
    const bits = Number(KeySpec.slice(4));
    expect(key.asymmetricKeyDetails?.modulusLength).toBe(bits);
    expect(answer.Signature).toHaveLength(bits / 8);
    const given = { key, ...optionsOf('PSS', '512') };
    expect(verify('sha512', message, given, answer.Signature ?? Buffer.alloc(0))).toBe(true);
  });

  it('makes the very bytes node:crypto makes: PKCS #1 v1.5 is deterministic', async () => {
    const digest = createHash('sha256').update(message).digest();
    const answer = await client.send(
      new SignCommand({ KeyId, Message: digest, MessageType: 'DIGEST', SigningAlgorithm: PKCS1 }),
    );
    expect(Buffer.from(answer.Signature ?? [])).toEqual(sign('sha256', message, pair.privateKey));
  });

  it.each([31, 33, 48])('refuses a digest of %i bytes for SHA-256', async (length) => {
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

  it('takes a raw message of 4096 bytes and none longer', async () => {
    const send = (length: number) =>
      client.send(new SignCommand({ KeyId, Message: Buffer.alloc(length, 7), SigningAlgorithm: PKCS1 }));
    expect((await send(4096)).Signature).toHaveLength(256);
    expect(await failureOf(send(4097))).toMatchObject({
      name: 'ValidationException',
      message: expect.stringContaining("at 'message'") as unknown,
    });
  });

  it('refuses an algorithm that is not for RSA, and one that does not exist', async () => {
    const send = (SigningAlgorithm: SigningAlgorithmSpec) =>
      client.send(new SignCommand({ KeyId, Message: message, SigningAlgorithm }));
    expect(await failureOf(send('ECDSA_SHA_256'))).toMatchObject({
      name: 'InvalidKeyUsageException',
      message: 'Algorithm ECDSA_SHA_256 is incompatible with key spec RSA_2048.',
    });
    expect(await failureOf(send('RSASSA_MD5' as SigningAlgorithmSpec))).toMatchObject({
      name: 'ValidationException',
    });
  });

  it.each(['KeyId', 'Message', 'SigningAlgorithm'])('refuses a request without %s', async (member) => {
    const whole = { KeyId, Message: message, SigningAlgorithm: PKCS1 } as const;
    const command = new SignCommand({ ...whole, [member]: undefined });
    expect((await failureOf(client.send(command))).name).toBe('ValidationException');
  });

  it('refuses keys made for encryption', async () => {
    const rsa = await kms.createRsaKey({ privateKeyPem: pem, usage: 'ENCRYPT_DECRYPT' });
    for (const { arn } of [rsa, kms.createSymmetricKey()]) {
      const command = new SignCommand({ KeyId: arn, Message: message, SigningAlgorithm: PKCS1 });
      expect(await failureOf(client.send(command))).toMatchObject({
        name: 'InvalidKeyUsageException',
        message: `${arn} key usage is ENCRYPT_DECRYPT which is not valid for Sign.`,
      });
    }
  });
});
