import { DecryptCommand, EncryptCommand, type KMSClient } from '@aws-sdk/client-kms';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { clientOf, failureOf } from '../../support/aws/kms-test-client.ts';
import { type KmsSandbox, startKms } from './kms.ts';

const secret = Buffer.from('0123456789abcdef0123456789abcdef');
const context = { purpose: 'wechatpay:api-v3-key', mchid: '1900000001' };

let kms: KmsSandbox;
let client: KMSClient;
let arn: string;

beforeAll(async () => {
  kms = await startKms();
  client = clientOf(kms);
  arn = kms.createSymmetricKey().arn;
});
afterAll(() => kms.close());

const decrypt = (CiphertextBlob: Uint8Array, EncryptionContext?: Record<string, string>, KeyId?: string) =>
  client.send(new DecryptCommand({ CiphertextBlob, EncryptionContext, KeyId }));

const encrypt = async (KeyId: string, EncryptionContext?: Record<string, string>, Plaintext = secret) => {
  const { CiphertextBlob } = await client.send(new EncryptCommand({ KeyId, Plaintext, EncryptionContext }));
  return Buffer.from(CiphertextBlob ?? []);
};

describe('Encrypt and Decrypt', () => {
  it('round-trip under an encryption context, and find the key by the blob alone', async () => {
    const sealed = await client.send(
      new EncryptCommand({ KeyId: arn, Plaintext: secret, EncryptionContext: context }),
    );
    expect(sealed).toMatchObject({ KeyId: arn, EncryptionAlgorithm: 'SYMMETRIC_DEFAULT' });
    const opened = await decrypt(sealed.CiphertextBlob ?? Buffer.alloc(0), context);
    expect(opened).toMatchObject({ KeyId: arn, EncryptionAlgorithm: 'SYMMETRIC_DEFAULT' });
    expect(Buffer.from(opened.Plaintext ?? [])).toEqual(secret);
  });

  it('never makes the same blob twice and never shows the plaintext in it', async () => {
    const blobs = [await encrypt(arn, context), await encrypt(arn, context)];
    expect(blobs[0]).not.toEqual(blobs[1]);
    for (const blob of blobs) expect(blob.includes(secret)).toBe(false);
  });

  it('does not care about the order of the context', async () => {
    const blob = await encrypt(arn, { mchid: context.mchid, purpose: context.purpose });
    expect(Buffer.from((await decrypt(blob, context, arn)).Plaintext ?? [])).toEqual(secret);
  });

  it.each([
    ['another value', { ...context, mchid: '1900000002' }],
    ['a missing pair', { purpose: context.purpose }],
    ['one pair too many', { ...context, extra: '1' }],
    ['another case', { ...context, purpose: 'WECHATPAY:api-v3-key' }],
    ['none', undefined],
  ])('refuses a context with %s', async (_name, wrong) => {
    const failure = await failureOf(decrypt(await encrypt(arn, context), wrong));
    expect(failure).toMatchObject({ name: 'InvalidCiphertextException', status: 400 });
  });

  it('cannot be talked into another split of the same context characters', async () => {
    const blob = await encrypt(arn, { a: 'b","c', d: 'e' });
    expect((await failureOf(decrypt(blob, { a: 'b', c: 'd', d: 'e' }))).name).toBe(
      'InvalidCiphertextException',
    );
  });

  it('refuses a blob with one bit changed in the iv, the tag or the ciphertext, or cut short', async () => {
    const blob = await encrypt(arn, context);
    for (const at of [0, 37, 49, blob.length - 1]) {
      const altered = Buffer.from(blob);
      altered.writeUInt8(altered.readUInt8(at) ^ 1, at);
      expect((await failureOf(decrypt(altered, context))).name).toBe('InvalidCiphertextException');
    }
    for (const length of [1, 60, blob.length - 1]) {
      const failure = await failureOf(decrypt(blob.subarray(0, length), context));
      expect(failure.name).toBe('InvalidCiphertextException');
    }
  });

  it('refuses the blob of one key under the name of another', async () => {
    const other = kms.createSymmetricKey();
    const rsa = await kms.createRsaKey();
    for (const name of [other.arn, other.keyId, rsa.arn]) {
      const failure = await failureOf(decrypt(await encrypt(arn), undefined, name));
      expect(failure).toMatchObject({ name: 'IncorrectKeyException', status: 400 });
    }
  });

  it('does not open under a second key a blob relabelled with its id', async () => {
    const other = kms.createSymmetricKey();
    const blob = await encrypt(arn);
    blob.write(other.keyId, 1, 'latin1');
    expect((await failureOf(decrypt(blob, undefined, other.arn))).name).toBe('InvalidCiphertextException');
  });

  it('answers AccessDenied to the blob of a key that does not exist here', async () => {
    const elsewhere = await startKms();
    const blob = await encrypt(arn);
    blob.write(elsewhere.createSymmetricKey().keyId, 1, 'latin1');
    await elsewhere.close();
    expect((await failureOf(decrypt(blob))).name).toBe('AccessDeniedException');
  });

  it('accepts an alias for the key, by name and by ARN', async () => {
    const named = kms.createSymmetricKey('alias/data');
    for (const alias of ['alias/data', named.arn.replace(`key/${named.keyId}`, 'alias/data')])
      expect((await decrypt(await encrypt(alias), undefined, alias)).KeyId).toBe(named.arn);
  });

  it('takes 1 to 4096 bytes', async () => {
    const send = (length: number) => encrypt(arn, undefined, Buffer.alloc(length, 1));
    expect((await send(4096)).length).toBeGreaterThan(4096);
    for (const length of [0, 4097]) expect((await failureOf(send(length))).name).toBe('ValidationException');
  });

  it('refuses a signing key and a key that is switched off', async () => {
    const rsa = await kms.createRsaKey();
    const send = (KeyId: string) => failureOf(encrypt(KeyId));
    expect(await send(rsa.arn)).toMatchObject({
      name: 'InvalidKeyUsageException',
      message: `${rsa.arn} key usage is SIGN_VERIFY which is not valid for Encrypt.`,
    });

    const off = kms.createSymmetricKey();
    const blob = await encrypt(off.arn);
    kms.setKeyState(off.arn, 'Disabled');
    expect((await send(off.arn)).name).toBe('DisabledException');
    expect((await failureOf(decrypt(blob))).name).toBe('DisabledException');
  });
});
