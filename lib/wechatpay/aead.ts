import { createDecipheriv } from 'node:crypto';

export const AEAD = 'AEAD_AES_256_GCM';
const TAG_BYTES = 16;

/** What WeChat Pay has sealed with a merchant's APIv3 key. `ciphertext`: base64, the tag at its end. */
export type SealedText = { nonce: string; associated_data?: string | null | undefined; ciphertext: string };

/**
 * Opens AEAD_AES_256_GCM; a success proves that whoever sealed it had the key.
 * @param apiV3Key the 32 bytes set on the merchant platform.
 * @throws Error when it was sealed with another key, or is not as it was sealed.
 */
export const openSealed = ({ nonce, associated_data, ciphertext }: SealedText, apiV3Key: Buffer): Buffer => {
  const sealed = Buffer.from(ciphertext, 'base64');
  const decipher = createDecipheriv('aes-256-gcm', apiV3Key, Buffer.from(nonce), {
    authTagLength: TAG_BYTES,
  });
  decipher.setAAD(Buffer.from(associated_data ?? ''));
  decipher.setAuthTag(sealed.subarray(-TAG_BYTES));
  return Buffer.concat([decipher.update(sealed.subarray(0, -TAG_BYTES)), decipher.final()]);
};
