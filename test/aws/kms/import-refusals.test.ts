import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { clientOf, failureOf } from '../../support/aws/kms-test-client.ts';
import { wrapKey, wrapSecret } from '../../support/contract/wrap.ts';
import { importerOf, pkcs8, rsaKey } from './import-client.ts';
import { type KmsSandbox, startKms } from './kms.ts';

const HOUR_MS = 3_600_000;
const key = rsaKey();
const DER = pkcs8(key);

let kms: KmsSandbox;
let importer: ReturnType<typeof importerOf>;
let arn: string;
let parameters: Awaited<ReturnType<typeof importer.parameters>>;

beforeAll(async () => {
  kms = await startKms({ region: 'eu-central-1' });
  importer = importerOf(clientOf(kms));
  arn = await importer.create();
  parameters = await importer.parameters(arn);
});
afterAll(() => kms.close());

const wrapped = (material: Buffer = DER) => wrapKey(parameters.PublicKey, material);
const spoilt = (blob: Buffer): Buffer => {
  const last = blob.length - 1;
  blob.writeUInt8(blob.readUInt8(last) ^ 1, last);
  return blob;
};
const expectEmpty = async () => expect((await importer.describe(arn))?.KeyState).toBe('PendingImport');

describe('ImportKeyMaterial', () => {
  it.each([
    ['bytes nobody wrapped', () => randomBytes(1500)],
    ['too few bytes for the AES key', () => randomBytes(100)],
    ['an AES key and nothing', () => wrapped().subarray(0, 256)],
    ['material cut short', () => wrapped().subarray(0, -8)],
    ['one wrong bit in the material', () => spoilt(wrapped())],
    ['the wrong hash', () => wrapKey(parameters.PublicKey, DER, 'sha1')],
    ['an AES key of 128 bits', () => wrapSecret(parameters.PublicKey, randomBytes(16), 'sha256')],
  ])('answers InvalidCiphertextException to %s', async (_name, blob) => {
    const failure = await failureOf(importer.send(arn, parameters.ImportToken, blob()));
    expect(failure).toMatchObject({ name: 'InvalidCiphertextException', status: 400 });
    await expectEmpty();
  });

  it.each([
    ['a larger RSA key', () => pkcs8(rsaKey(3072))],
    ['a smaller RSA key', () => pkcs8(rsaKey(1024))],
    ['an EC key', () => pkcs8(generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey)],
    ['an RSA-PSS key', () => pkcs8(generateKeyPairSync('rsa-pss', { modulusLength: 2048 }).privateKey)],
    ['PKCS #1', () => key.export({ type: 'pkcs1', format: 'der' })],
    ['PEM', () => Buffer.from(String(key.export({ type: 'pkcs8', format: 'pem' })))],
    ['a symmetric key', () => randomBytes(32)],
  ])('answers IncorrectKeyMaterialException to %s for RSA_2048', async (_name, material) => {
    const failure = await failureOf(importer.send(arn, parameters.ImportToken, wrapped(material())));
    expect(failure).toMatchObject({ name: 'IncorrectKeyMaterialException', status: 400 });
    await expectEmpty();
  });

  it.each([16, 31, 33])('answers IncorrectKeyMaterialException to a secret of %i bytes', async (length) => {
    const id = await importer.create('SYMMETRIC_DEFAULT', 'ENCRYPT_DECRYPT');
    const { ImportToken, PublicKey } = await importer.parameters(id, 'RSAES_OAEP_SHA_256');
    const blob = wrapSecret(PublicKey, randomBytes(length), 'sha256');
    expect((await failureOf(importer.send(id, ImportToken, blob))).name).toBe(
      'IncorrectKeyMaterialException',
    );
  });

  const days = (count: number) => new Date(Date.now() + count * 24 * HOUR_MS);
  it.each([
    ['no date, which expiry by default needs', () => ({})],
    [
      'a date for material that does not expire',
      () => ({ ExpirationModel: 'KEY_MATERIAL_DOES_NOT_EXPIRE', ValidTo: days(1) }),
    ],
    ['a date that has passed', () => ({ ValidTo: days(-1) })],
    ['a date more than 365 days away', () => ({ ValidTo: days(366) })],
  ] as const)('answers ValidationException to %s', async (_name, more) => {
    const failure = await failureOf(importer.send(arn, parameters.ImportToken, wrapped(), more()));
    expect(failure).toMatchObject({ name: 'ValidationException', status: 400 });
    await expectEmpty();
  });

  it('answers InvalidImportTokenException to a token of nobody, of another key and to an older one', async () => {
    const id = await importer.create();
    const never = await failureOf(importer.send(id, parameters.ImportToken, wrapped()));
    const old = await importer.parameters(id);
    const fresh = await importer.parameters(id);
    const send = (token: Uint8Array | undefined) =>
      failureOf(importer.send(id, token, wrapKey(fresh.PublicKey, DER)));
    const failures = [never, await send(randomBytes(256)), await send(old.ImportToken)];
    failures.push(await send(parameters.ImportToken));
    for (const failure of failures) {
      expect(failure).toMatchObject({ name: 'InvalidImportTokenException', status: 400 });
    }
    await importer.send(id, fresh.ImportToken, wrapKey(fresh.PublicKey, DER));
  });

  it('answers ExpiredImportTokenException a day later', async () => {
    let offset = 0;
    const passing = await startKms({ region: 'eu-central-1', clock: () => Date.now() + offset });
    // More than one attempt: after the clock was moved, the SDK first has to learn the new time.
    const later = importerOf(clientOf(passing, { maxAttempts: 3 }));
    const id = await later.create();
    const { ImportToken, PublicKey } = await later.parameters(id);
    const send = () => later.send(id, ImportToken, wrapKey(PublicKey, DER));
    offset = 23 * HOUR_MS;
    await send();
    offset = 24 * HOUR_MS;
    const failure = await failureOf(send());
    await passing.close();
    expect(failure).toMatchObject({ name: 'ExpiredImportTokenException', status: 400 });
  });

  it('refuses a disabled key and one pending deletion', async () => {
    for (const state of ['Disabled', 'PendingDeletion'] as const) {
      const id = await importer.create();
      const { ImportToken, PublicKey } = await importer.parameters(id);
      kms.setKeyState(id, state);
      const failure = await failureOf(importer.send(id, ImportToken, wrapKey(PublicKey, DER)));
      expect(failure.name).toBe('KMSInvalidStateException');
    }
  });
});
