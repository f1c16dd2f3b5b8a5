import { randomBytes } from 'node:crypto';
import { DecryptCommand, type KMSClient } from '@aws-sdk/client-kms';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { decryptApiV3Key, encryptApiV3Key } from '../../../lib/merchants/api-v3-key.ts';
import { type KmsSandbox, startKms } from '../../aws/kms/kms.ts';
import { clientOf } from '../../support/aws/kms-test-client.ts';
import { failureOf } from '../../support/protocol.ts';

const apiV3Key = randomBytes(32);
let kms: KmsSandbox;
let client: KMSClient;
let arn: string;
beforeAll(async () => {
  kms = await startKms();
  client = clientOf(kms);
  ({ arn } = kms.createSymmetricKey());
});
afterEach(() => kms.setPolicy(undefined));
afterAll(async () => {
  client.destroy();
  await kms.close();
});

describe('the APIv3 key', () => {
  it('comes back as it was, and is not to be found in the ciphertext', async () => {
    const ciphertext = await encryptApiV3Key(client, arn, '1', apiV3Key);
    expect(Buffer.from(ciphertext).includes(apiV3Key)).toBe(false);
    expect((await decryptApiV3Key(client, arn, '1', ciphertext)).equals(apiV3Key)).toBe(true);
  });

  it('is bound to its purpose and merchant, as the registry documents', async () => {
    const CiphertextBlob = await encryptApiV3Key(client, arn, '1', apiV3Key);
    const EncryptionContext = { purpose: 'wechatpay:api-v3-key', mchid: '1' };
    const { Plaintext } = await client.send(
      new DecryptCommand({ KeyId: arn, CiphertextBlob, EncryptionContext }),
    );
    expect(Buffer.from(Plaintext ?? []).equals(apiV3Key)).toBe(true);
  });

  it("is of no use as another merchant's, after a change, or under another key", async () => {
    const ciphertext = await encryptApiV3Key(client, arn, '1', apiV3Key);
    const changed = Buffer.from(ciphertext);
    changed[changed.length - 1] = (changed.at(-1) ?? 0) ^ 1;
    const attempts = [
      decryptApiV3Key(client, arn, '2', ciphertext),
      decryptApiV3Key(client, arn, '1', changed),
      decryptApiV3Key(client, kms.createSymmetricKey().arn, '1', ciphertext),
    ];
    for (const attempt of attempts) {
      expect(await failureOf(attempt)).toMatchObject({
        code: 'SERVICE_UNAVAILABLE',
        reason: 'merchant_misconfigured',
      });
    }
  });

  it('that cannot be decrypted now is KMS’s trouble, told apart from a wrong one', async () => {
    const ciphertext = await encryptApiV3Key(client, arn, '1', apiV3Key);
    kms.setPolicy(() => false);
    expect(await failureOf(decryptApiV3Key(client, arn, '1', ciphertext))).toMatchObject({
      reason: 'kms_access_denied',
    });
  });
});
