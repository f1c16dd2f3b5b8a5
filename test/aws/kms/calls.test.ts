import { createHash } from 'node:crypto';
import { DecryptCommand, EncryptCommand, ListKeysCommand, SignCommand } from '@aws-sdk/client-kms';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { clientOf, failureOf } from '../../support/aws/kms-test-client.ts';
import { type KmsSandbox, startKms } from './kms.ts';

const SigningAlgorithm = 'RSASSA_PKCS1_V1_5_SHA_256';
const digest = createHash('sha256').update('message').digest();
let kms: KmsSandbox;

beforeEach(async () => {
  kms = await startKms();
});
afterEach(() => kms.close());

const encrypt = async (KeyId: string, mchid: string) => {
  const command = new EncryptCommand({ KeyId, Plaintext: digest, EncryptionContext: { mchid } });
  const { CiphertextBlob } = await clientOf(kms).send(command);
  kms.clearCalls();
  return CiphertextBlob;
};
const signDigest = (KeyId: string) =>
  new SignCommand({ KeyId, Message: digest, MessageType: 'DIGEST', SigningAlgorithm });

describe('calls', () => {
  it('tell what was asked, by whom, for which key, and how it ended', async () => {
    const clock = () => Date.UTC(2026, 10, 21);
    const dated = await startKms({ clock });
    const { arn, keyId } = await dated.createRsaKey();
    const { Signature } = await clientOf(dated, { maxAttempts: 2 }).send(signDigest(keyId));
    expect(dated.calls.at(-1)).toEqual({
      operation: 'Sign',
      at: clock(),
      status: 200,
      accessKeyId: 'sandbox',
      keyId,
      keyArn: arn,
      signingAlgorithm: SigningAlgorithm,
      messageType: 'DIGEST',
      messageBytes: 32,
      message: digest,
      signature: Buffer.from(Signature ?? []).toString('base64'),
    });
    await dated.close();
  });

  it('carry the encryption context and the name of the error', async () => {
    const { arn } = kms.createSymmetricKey();
    const CiphertextBlob = await encrypt(arn, '1');
    const command = new DecryptCommand({ CiphertextBlob, EncryptionContext: { mchid: '2' } });
    await failureOf(clientOf(kms).send(command));
    expect(kms.calls).toEqual([
      {
        operation: 'Decrypt',
        at: expect.any(Number),
        status: 400,
        accessKeyId: 'sandbox',
        errorName: 'InvalidCiphertextException',
        keyArn: arn,
        encryptionContext: { mchid: '2' },
      },
    ]);
  });

  it('are counted one by one until cleared, over one connection per client', async () => {
    const client = clientOf(kms);
    for (let count = 1; count <= 3; count += 1) {
      await client.send(new ListKeysCommand({}));
      expect(kms.calls).toHaveLength(count);
    }
    expect(kms.connections).toBe(1);
    kms.clearCalls();
    expect(kms.calls).toEqual([]);
    await clientOf(kms).send(new ListKeysCommand({}));
    expect(kms.calls).toHaveLength(1);
    expect(kms.connections).toBe(2);
  });
});

describe('the policy', () => {
  it('decides on who, what, which key and how, and can be replaced at run time', async () => {
    const { arn } = await kms.createRsaKey();
    const other = await kms.createRsaKey();
    const client = clientOf(kms);
    kms.setPolicy(
      (request) =>
        request.accessKeyId === 'sandbox' &&
        request.operation === 'Sign' &&
        request.keyArn === arn &&
        request.messageType === 'DIGEST' &&
        request.signingAlgorithm === SigningAlgorithm,
    );
    expect((await client.send(signDigest(arn))).KeyId).toBe(arn);

    const stranger = clientOf(kms, { credentials: { accessKeyId: 'stranger', secretAccessKey: 'x' } });
    const raw = new SignCommand({ KeyId: arn, Message: digest, SigningAlgorithm });
    const pss = { MessageType: 'DIGEST', SigningAlgorithm: 'RSASSA_PSS_SHA_256' } as const;
    for (const refused of [
      stranger.send(signDigest(arn)),
      client.send(signDigest(other.arn)),
      client.send(raw),
      client.send(new SignCommand({ KeyId: arn, Message: digest, ...pss })),
      client.send(new ListKeysCommand({})),
    ]) {
      expect(await failureOf(refused)).toMatchObject({ name: 'AccessDeniedException', status: 400 });
    }
    kms.setPolicy(undefined);
    expect((await client.send(raw)).KeyId).toBe(arn);
  });

  it('sees the encryption context of a Decrypt that names no key, and the key all the same', async () => {
    const { arn } = kms.createSymmetricKey();
    const client = clientOf(kms);
    const [first, second] = [await encrypt(arn, '1'), await encrypt(arn, '2')];
    kms.setPolicy((request) => request.keyArn === arn && request.encryptionContext?.['mchid'] === '1');
    const decrypt = (CiphertextBlob: Uint8Array | undefined, mchid: string) =>
      client.send(new DecryptCommand({ CiphertextBlob, EncryptionContext: { mchid } }));
    expect(Buffer.from((await decrypt(first, '1')).Plaintext ?? [])).toEqual(digest);
    expect((await failureOf(decrypt(second, '2'))).name).toBe('AccessDeniedException');
  });
});
