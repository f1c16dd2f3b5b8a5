import { createCipheriv } from 'node:crypto';
import { randomText } from './answer.ts';

/** AEAD_AES_256_GCM under an APIv3 key, as certificates and notifications carry it; nothing associated is nothing. */
export function sealAead(plaintext: string, apiV3Key: string, associatedData?: string) {
  const nonce = randomText(12);
  const cipher = createCipheriv('aes-256-gcm', Buffer.from(apiV3Key, 'ascii'), Buffer.from(nonce, 'ascii'));
  cipher.setAAD(Buffer.from(associatedData ?? ''));
  const sealed = Buffer.concat([cipher.update(plaintext), cipher.final(), cipher.getAuthTag()]);
  return {
    algorithm: 'AEAD_AES_256_GCM',
    nonce,
    associated_data: associatedData,
    ciphertext: sealed.toString('base64'),
  };
}
