import { DecryptCommand, EncryptCommand, type KMSClient } from '@aws-sdk/client-kms';
import { API_V3_KEY_PURPOSE } from '../names.ts';
import { kmsFault } from './kms-faults.ts';

/** Binds a ciphertext to its purpose and merchant: it decrypts for no other. */
const encryptionContext = (mchid: string) => ({ purpose: API_V3_KEY_PURPOSE, mchid });

/** The APIv3 key (32 bytes) as the registry keeps it, under the symmetric key `dataKeyArn`. */
export const encryptApiV3Key = async (
  kms: KMSClient,
  dataKeyArn: string,
  mchid: string,
  apiV3Key: Buffer,
): Promise<Uint8Array> => {
  const command = new EncryptCommand({
    KeyId: dataKeyArn,
    Plaintext: apiV3Key,
    EncryptionContext: encryptionContext(mchid),
  });
  const { CiphertextBlob } = await kms.send(command);
  if (CiphertextBlob === undefined) throw new TypeError('KMS answered without a ciphertext');
  return CiphertextBlob;
};

/** @throws PresignError SERVICE_UNAVAILABLE */
export const decryptApiV3Key = async (
  kms: KMSClient,
  dataKeyArn: string,
  mchid: string,
  ciphertext: Uint8Array,
): Promise<Buffer> => {
  const command = new DecryptCommand({
    KeyId: dataKeyArn,
    CiphertextBlob: ciphertext,
    EncryptionContext: encryptionContext(mchid),
  });
  const { Plaintext } = await kms.send(command).catch((error: unknown) => {
    throw kmsFault(error);
  });
  return Buffer.from(Plaintext ?? []);
};
