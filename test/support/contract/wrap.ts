import { constants, createCipheriv, createPublicKey, publicEncrypt, randomBytes } from 'node:crypto';

export type OaepHash = 'sha1' | 'sha256';

/** RSAES_OAEP_SHA_*: `material` under the wrapping key (SPKI in DER) that GetParametersForImport answers with. */
export const wrapSecret = (wrappingKey: Uint8Array, material: Uint8Array, oaepHash: OaepHash): Buffer => {
  const key = createPublicKey({ key: Buffer.from(wrappingKey), format: 'der', type: 'spki' });
  return publicEncrypt({ key, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash }, material);
};

/** RSA_AES_KEY_WRAP_SHA_*: an AES-256 key in OAEP ‖ `material` in AES key wrap with padding (RFC 5649). */
export const wrapKey = (
  wrappingKey: Uint8Array,
  material: Uint8Array,
  oaepHash: OaepHash = 'sha256',
): Buffer => {
  const aes = randomBytes(32);
  const cipher = createCipheriv('id-aes256-wrap-pad', aes, Buffer.from('A65959A6', 'hex'));
  return Buffer.concat([wrapSecret(wrappingKey, aes, oaepHash), cipher.update(material), cipher.final()]);
};
