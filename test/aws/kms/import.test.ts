import { generateKeyPairSync, type KeyObject, randomBytes } from 'node:crypto';
import {
  CreateKeyCommand,
  DeleteImportedKeyMaterialCommand,
  GetParametersForImportCommand,
  ImportKeyMaterialCommand,
  type ImportKeyMaterialCommandInput,
  type KMSClient,
} from '@aws-sdk/client-kms';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { clientOf, failureOf } from '../../support/aws/kms-test-client.ts';
import { wrapKey, wrapSecret } from '../../support/contract/wrap.ts';
import { type KmsSandbox, startKms } from './kms.ts';

// How an import ends well, and what it then signs, test/contract has.
const rsaKey = (modulusLength = 2048): KeyObject => generateKeyPairSync('rsa', { modulusLength }).privateKey;
const pkcs8 = (key: KeyObject): Buffer => key.export({ type: 'pkcs8', format: 'der' });
const key = rsaKey();
const DER = pkcs8(key);

let kms: KmsSandbox;
let client: KMSClient;
let arn: string;
let parameters: Awaited<ReturnType<typeof parametersOf>>;

beforeAll(async () => {
  kms = await startKms({ region: 'eu-central-1' });
  client = clientOf(kms);
  arn = await create();
  parameters = await parametersOf(arn);
});
afterAll(() => kms.close());

const create = async (): Promise<string> => {
  const command = new CreateKeyCommand({
    KeySpec: 'RSA_2048',
    KeyUsage: 'SIGN_VERIFY',
    Origin: 'EXTERNAL',
  });
  return (await client.send(command)).KeyMetadata?.Arn ?? '';
};
const parametersOf = async (KeyId: string) => {
  const input = { WrappingAlgorithm: 'RSA_AES_KEY_WRAP_SHA_256', WrappingKeySpec: 'RSA_2048' } as const;
  const { ImportToken, PublicKey = new Uint8Array() } = await client.send(
    new GetParametersForImportCommand({ KeyId, ...input }),
  );
  return { ImportToken, PublicKey };
};
const send = (change: Partial<ImportKeyMaterialCommandInput> = {}) =>
  client.send(
    new ImportKeyMaterialCommand({
      KeyId: arn,
      ImportToken: parameters.ImportToken,
      EncryptedKeyMaterial: wrapped(),
      ExpirationModel: 'KEY_MATERIAL_DOES_NOT_EXPIRE',
      ...change,
    }),
  );
const wrapped = (material: Buffer = DER) => wrapKey(parameters.PublicKey, material);
const spoilt = (blob: Buffer): Buffer => {
  const last = blob.length - 1;
  blob.writeUInt8(blob.readUInt8(last) ^ 1, last);
  return blob;
};

describe('an import', () => {
  it('is refused to a key of origin AWS_KMS, in each of its steps', async () => {
    const own = (await kms.createRsaKey()).arn;
    const remove = new DeleteImportedKeyMaterialCommand({ KeyId: own });
    for (const step of [parametersOf(own), send({ KeyId: own }), client.send(remove)])
      expect(await failureOf(step)).toMatchObject({
        name: 'UnsupportedOperationException',
        message: `${own} origin is AWS_KMS which is not valid for this operation.`,
        status: 400,
      });
  });

  it.each([
    ['bytes nobody wrapped', () => randomBytes(1500)],
    ['too few bytes for the AES key', () => randomBytes(100)],
    ['an AES key and nothing', () => wrapped().subarray(0, 256)],
    ['material cut short', () => wrapped().subarray(0, -8)],
    ['one wrong bit in the material', () => spoilt(wrapped())],
    ['the wrong hash', () => wrapKey(parameters.PublicKey, DER, 'sha1')],
    ['an AES key of 128 bits', () => wrapSecret(parameters.PublicKey, randomBytes(16), 'sha256')],
  ])('of %s is an InvalidCiphertextException', async (_name, blob) => {
    const failure = await failureOf(send({ EncryptedKeyMaterial: blob() }));
    expect(failure).toMatchObject({ name: 'InvalidCiphertextException', status: 400 });
  });

  it.each([
    ['a larger RSA key', () => pkcs8(rsaKey(3072))],
    ['an EC key', () => pkcs8(generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey)],
    ['PKCS #1', () => key.export({ type: 'pkcs1', format: 'der' })],
    ['PEM', () => Buffer.from(String(key.export({ type: 'pkcs8', format: 'pem' })))],
  ])('of %s for RSA_2048 is an IncorrectKeyMaterialException', async (_name, material) => {
    const failure = await failureOf(send({ EncryptedKeyMaterial: wrapped(material()) }));
    expect(failure).toMatchObject({ name: 'IncorrectKeyMaterialException', status: 400 });
  });

  it('needs a token that is the newest of its key', async () => {
    const KeyId = await create();
    const never = await failureOf(send({ KeyId }));
    const old = await parametersOf(KeyId);
    const fresh = await parametersOf(KeyId);
    const EncryptedKeyMaterial = wrapKey(fresh.PublicKey, DER);
    const attempt = (ImportToken: Uint8Array | undefined) =>
      send({ KeyId, ImportToken, EncryptedKeyMaterial });
    const failures = [never];
    for (const token of [randomBytes(256), old.ImportToken, parameters.ImportToken])
      failures.push(await failureOf(attempt(token)));
    for (const failure of failures)
      expect(failure).toMatchObject({ name: 'InvalidImportTokenException', status: 400 });
    await attempt(fresh.ImportToken);
  });

  it('is refused to a disabled key and to one pending deletion', async () => {
    for (const state of ['Disabled', 'PendingDeletion'] as const) {
      const KeyId = await create();
      const { ImportToken, PublicKey } = await parametersOf(KeyId);
      kms.setKeyState(KeyId, state);
      const failure = await failureOf(
        send({ KeyId, ImportToken, EncryptedKeyMaterial: wrapKey(PublicKey, DER) }),
      );
      expect(failure.name).toBe('KMSInvalidStateException');
    }
  });
});
