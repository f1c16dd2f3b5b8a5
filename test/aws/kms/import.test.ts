import { createHash, createPublicKey, randomBytes, verify } from 'node:crypto';
import {
  CancelKeyDeletionCommand,
  CreateKeyCommand,
  DecryptCommand,
  DeleteImportedKeyMaterialCommand,
  EnableKeyCommand,
  EncryptCommand,
  GetPublicKeyCommand,
  type KMSClient,
  ScheduleKeyDeletionCommand,
  SignCommand,
} from '@aws-sdk/client-kms';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { clientOf, failureOf } from '../../support/aws/kms-test-client.ts';
import { wrapKey, wrapSecret } from '../../support/contract/wrap.ts';
import { importerOf, pkcs8, rsaKey } from './import-client.ts';
import { type KmsSandbox, startKms } from './kms.ts';

const DAY_MS = 86_400_000;
const message = Buffer.from('message');
const Message = createHash('sha256').update(message).digest();
const original = rsaKey();

let offset = 0;
let kms: KmsSandbox;
let client: KMSClient;
let importer: ReturnType<typeof importerOf>;

beforeAll(async () => {
  kms = await startKms({ region: 'eu-central-1', clock: () => Date.now() + offset });
  // More than one attempt: after the clock was moved, the SDK first has to learn the new time.
  client = clientOf(kms, { maxAttempts: 3 });
  importer = importerOf(client);
});
afterAll(() => kms.close());

const sign = async (KeyId: string) => {
  const SigningAlgorithm = 'RSASSA_PKCS1_V1_5_SHA_256';
  const { Signature } = await client.send(
    new SignCommand({ KeyId, Message, MessageType: 'DIGEST', SigningAlgorithm }),
  );
  return Buffer.from(Signature ?? []);
};
const byOriginal = (signature: Buffer) => verify('sha256', message, createPublicKey(original), signature);
const drop = (KeyId: string) => client.send(new DeleteImportedKeyMaterialCommand({ KeyId }));

/** Imports with parameters of its own. */
const importKey = async (arn: string, key = original, more?: { ValidTo: Date }) => {
  const { ImportToken, PublicKey } = await importer.parameters(arn);
  return importer.send(arn, ImportToken, wrapKey(PublicKey, pkcs8(key)), more);
};
const expectPending = async (arn: string) => {
  const pending = {
    name: 'KMSInvalidStateException',
    message: `${arn} is pending import.`,
    status: 400,
  };
  const found = await importer.describe(arn);
  expect(found).toMatchObject({ KeyState: 'PendingImport', Enabled: false, Origin: 'EXTERNAL' });
  expect(found).not.toHaveProperty('ExpirationModel');
  expect(found).not.toHaveProperty('ValidTo');
  expect(await failureOf(sign(arn))).toMatchObject(pending);
  expect(await failureOf(client.send(new GetPublicKeyCommand({ KeyId: arn })))).toMatchObject(pending);
  expect(await failureOf(client.send(new EnableKeyCommand({ KeyId: arn })))).toMatchObject(pending);
};

describe('an EXTERNAL key', () => {
  it.each([
    ['RSA_2048', 'SIGN_VERIFY', 'SigningAlgorithms'],
    ['RSA_3072', 'ENCRYPT_DECRYPT', 'EncryptionAlgorithms'],
    ['RSA_4096', 'SIGN_VERIFY', 'SigningAlgorithms'],
    ['SYMMETRIC_DEFAULT', 'ENCRYPT_DECRYPT', 'EncryptionAlgorithms'],
  ] as const)('of %s for %s starts without material', async (KeySpec, KeyUsage, algorithms) => {
    const { KeyMetadata } = await client.send(
      new CreateKeyCommand({ KeySpec, KeyUsage, Origin: 'EXTERNAL' }),
    );
    const expected = { KeySpec, KeyUsage, KeyState: 'PendingImport', Enabled: false, Origin: 'EXTERNAL' };
    expect(KeyMetadata).toMatchObject({ ...expected, [algorithms]: expect.any(Array) as unknown });
    await expectPending(KeyMetadata?.Arn ?? '');
  });

  it.each([
    ['RSA_AES_KEY_WRAP_SHA_256', 'RSA_4096', 'sha256'],
    ['RSA_AES_KEY_WRAP_SHA_1', 'RSA_3072', 'sha1'],
  ] as const)('signs with the key imported by %s under %s', async (algorithm, spec, hash) => {
    const arn = await importer.create();
    const { ImportToken, PublicKey, ...answer } = await importer.parameters(arn, algorithm, spec);
    expect(answer.KeyId).toBe(arn);
    expect(`RSA_${answer.size}`).toBe(spec);
    const answered = await importer.send(arn, ImportToken, wrapKey(PublicKey, pkcs8(original), hash));
    expect(answered.KeyId).toBe(arn);
    const found = await importer.describe(arn);
    expect(found).toMatchObject({
      KeyState: 'Enabled',
      Enabled: true,
      Origin: 'EXTERNAL',
      ExpirationModel: 'KEY_MATERIAL_DOES_NOT_EXPIRE',
    });
    expect(found).not.toHaveProperty('ValidTo');
    expect(byOriginal(await sign(arn))).toBe(true);
    const shown = await client.send(new GetPublicKeyCommand({ KeyId: arn }));
    const der = createPublicKey(original).export({ type: 'spki', format: 'der' });
    expect(Buffer.from(shown.PublicKey ?? [])).toEqual(der);
  });

  it.each([
    ['RSAES_OAEP_SHA_256', 'sha256'],
    ['RSAES_OAEP_SHA_1', 'sha1'],
  ] as const)('encrypts with the secret imported by %s, again after a re-import', async (algorithm, hash) => {
    const arn = await importer.create('SYMMETRIC_DEFAULT', 'ENCRYPT_DECRYPT');
    const secret = randomBytes(32);
    const send = async () => {
      const { ImportToken, PublicKey } = await importer.parameters(arn, algorithm);
      await importer.send(arn, ImportToken, wrapSecret(PublicKey, secret, hash));
    };
    await send();
    const { CiphertextBlob } = await client.send(new EncryptCommand({ KeyId: arn, Plaintext: message }));
    const open = () => client.send(new DecryptCommand({ CiphertextBlob }));
    await drop(arn);
    expect((await failureOf(open())).name).toBe('KMSInvalidStateException');
    await send();
    expect(Buffer.from((await open()).Plaintext ?? [])).toEqual(message);
  });

  it('loses its material to DeleteImportedKeyMaterial and takes only the same again', async () => {
    const arn = await importer.create();
    expect((await drop(arn)).KeyId).toBe(arn);
    await importKey(arn);
    await drop(arn);
    await expectPending(arn);
    expect((await failureOf(importKey(arn, rsaKey()))).name).toBe('IncorrectKeyMaterialException');
    await expectPending(arn);
    await importKey(arn);
    expect(byOriginal(await sign(arn))).toBe(true);
  });

  it('pending deletion stays so without its material, and waits for it when saved', async () => {
    const arn = await importer.create();
    await importKey(arn);
    await client.send(new ScheduleKeyDeletionCommand({ KeyId: arn }));
    await drop(arn);
    expect((await importer.describe(arn))?.KeyState).toBe('PendingDeletion');
    await client.send(new CancelKeyDeletionCommand({ KeyId: arn }));
    await expectPending(arn);
  });

  // Last: the clock only goes forward, as the SDK's correction of its own does.
  it('loses its material when it expires, and lasts longer after a re-import', async () => {
    const arn = await importer.create();
    // Whole seconds: JSON carries them as a decimal fraction of seconds.
    const validTo = (days: number) => new Date(Math.floor((Date.now() + days * DAY_MS) / 1000) * 1000);
    await importKey(arn, original, { ValidTo: validTo(10) });
    const ValidTo = validTo(20);
    await importKey(arn, original, { ValidTo });
    expect(await importer.describe(arn)).toMatchObject({ ExpirationModel: 'KEY_MATERIAL_EXPIRES', ValidTo });
    offset = 19 * DAY_MS;
    expect(byOriginal(await sign(arn))).toBe(true);
    offset = 20 * DAY_MS + 1000;
    await expectPending(arn);
    await importKey(arn);
    offset = 400 * DAY_MS;
    expect(byOriginal(await sign(arn))).toBe(true);
  });
});
