import { constants, createHash, generateKeyPairSync, sign } from 'node:crypto';
import { type KMSClient, type SigningAlgorithmSpec, VerifyCommand } from '@aws-sdk/client-kms';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { clientOf, failureOf } from '../../support/aws/kms-test-client.ts';
import { type KmsSandbox, startKms } from './kms.ts';

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

  it.each(ALGORITHMS)(
    'refuses a $padding SHA-$bits signature of another length, even if only a leading zero is missing',
    async (one) => {
      const SigningAlgorithm: SigningAlgorithmSpec = `RSASSA_${one.padding}_SHA_${one.bits}`;
      const signed = (text: string) => {
        const Message = Buffer.from(text);
        const Signature = sign(`sha${one.bits}`, Message, {
          key: pair.privateKey,
          ...optionsOf(one.padding, one.bits),
        });
        return { Message, Signature };
      };
      // One signature in 256 starts with a zero; it is the same number without it.
      let zero = signed('0');
      for (let tried = 1; zero.Signature.readUInt8(0) !== 0; tried += 1) zero = signed(String(tried));
      const send = (Signature: Uint8Array) =>
        client.send(new VerifyCommand({ KeyId, Message: zero.Message, Signature, SigningAlgorithm }));
      expect(await send(zero.Signature)).toMatchObject({ SignatureValid: true });
      for (const bad of [
        zero.Signature.subarray(1),
        zero.Signature.subarray(0, -1),
        Buffer.concat([Buffer.alloc(1), zero.Signature]),
      ]) {
        expect((await failureOf(send(bad))).name).toBe('KMSInvalidSignatureException');
      }
    },
  );
});
