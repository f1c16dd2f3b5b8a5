import { constants, createHash, generateKeyPairSync, sign } from 'node:crypto';
import { type KMSClient, type SigningAlgorithmSpec, VerifyCommand } from '@aws-sdk/client-kms';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type KmsSandbox, startKms } from './kms.ts';
import { clientOf, failureOf } from './test-client.ts';

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

describe('Verify', () => {
  const digest = createHash('sha256').update(message).digest();

  it.each(ALGORITHMS)(
    'accepts what node:crypto signed with $padding SHA-$bits, and nothing else',
    async (one) => {
      const SigningAlgorithm: SigningAlgorithmSpec = `RSASSA_${one.padding}_SHA_${one.bits}`;
      const Signature = sign(`sha${one.bits}`, message, {
        key: pair.privateKey,
        ...optionsOf(one.padding, one.bits),
      });
      const send = (Message: Uint8Array, signature: Uint8Array) =>
        client.send(new VerifyCommand({ KeyId, Message, Signature: signature, SigningAlgorithm }));
      expect(await send(message, Signature)).toMatchObject({ KeyId, SignatureValid: true, SigningAlgorithm });

      const altered = Buffer.from(Signature);
      altered.writeUInt8(altered.readUInt8(200) ^ 1, 200);
      for (const bad of [send(Buffer.from('other'), Signature), send(message, altered)]) {
        expect(await failureOf(bad)).toMatchObject({ name: 'KMSInvalidSignatureException', status: 400 });
      }
    },
  );

  it('does not mistake a signature of one padding for the other', async () => {
    const Signature = sign('sha256', message, pair.privateKey);
    const command = new VerifyCommand({
      KeyId,
      Message: digest,
      MessageType: 'DIGEST',
      Signature,
      SigningAlgorithm: 'RSASSA_PSS_SHA_256',
    });
    expect((await failureOf(client.send(command))).name).toBe('KMSInvalidSignatureException');
  });

  it('refuses a signature cut short', async () => {
    const Signature = sign('sha256', message, pair.privateKey).subarray(1);
    const command = new VerifyCommand({ KeyId, Message: message, Signature, SigningAlgorithm: PKCS1 });
    expect((await failureOf(client.send(command))).name).toBe('KMSInvalidSignatureException');
  });
});
