import { constants, createCipheriv, createPublicKey, publicEncrypt, randomBytes } from 'node:crypto';

/** RFC 5649, section 3: the alternative initial value that says the padding is counted. */
const IV = Buffer.from('A65959A6', 'hex');

/**
 * Wraps key material for KMS as RSA_AES_KEY_WRAP_SHA_256: an AES-256 key under RSA-OAEP (SHA-256, MGF1-SHA-256),
 * then the material under that key by AES-KWP. The AES key is wiped; the material is the caller's to wipe.
 * @param wrappingKey SubjectPublicKeyInfo in DER, of GetParametersForImport.
 */
export const wrapKey = (material: Buffer, wrappingKey: Uint8Array): Buffer => {
  const aesKey = randomBytes(32);
  try {
    const key = createPublicKey({ key: Buffer.from(wrappingKey), format: 'der', type: 'spki' });
    const oaep = { key, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha256' };
    const cipher = createCipheriv('id-aes256-wrap-pad', aesKey, IV);
    return Buffer.concat([publicEncrypt(oaep, aesKey), cipher.update(material), cipher.final()]);
  } finally {
    aesKey.fill(0);
  }
};
