import { constants, createDecipheriv, type KeyObject, privateDecrypt, randomBytes } from 'node:crypto';
import { KmsError } from './errors.ts';
import { generateRsa, type RsaSpec } from './material.ts';
import { modulusBytes } from './rsa.ts';

/** The alternative initial value that tells RFC 5649 (with padding) from RFC 3394; node:crypto wants it spelt out. */
const KEY_WRAP_IV = Buffer.from('A65959A6', 'hex');
const TOKEN_BYTES = 256;
const SHORTEST_WRAP = 16;

/** A wrapping key and the token that belongs to it. */
export type ImportParameters = {
  readonly token: Buffer;
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
};

const pairs = new Map<RsaSpec, ReturnType<typeof generateRsa>>();

/** One pair of each size per process, for RSA_4096 takes its time; here the token alone tells imports apart. */
export const createImportParameters = async (spec: RsaSpec): Promise<ImportParameters> => {
  const pair = pairs.get(spec) ?? generateRsa(spec);
  pairs.set(spec, pair);
  return { token: randomBytes(TOKEN_BYTES), ...(await pair) };
};

const unwrapAes = (key: Buffer, wrapped: Buffer): Buffer => {
  // OpenSSL "unwraps" nothing to nothing without looking for the integrity block.
  if (wrapped.length < SHORTEST_WRAP) throw new RangeError('no integrity block');
  const decipher = createDecipheriv('id-aes256-wrap-pad', key, KEY_WRAP_IV);
  return Buffer.concat([decipher.update(wrapped), decipher.final()]);
};

/**
 * The material inside `EncryptedKeyMaterial`, for RSA_AES_KEY_WRAP_SHA_256: RSAES-OAEP of an AES-256 key ‖ AES key wrap
 * with padding (RFC 5649) of the material. SHA-256 is OAEP's hash and its mask's.
 * @throws InvalidCiphertextException
 */
export const unwrap = ({ privateKey: key }: ImportParameters, blob: Buffer): Buffer => {
  const length = modulusBytes(key);
  const padding = constants.RSA_PKCS1_OAEP_PADDING;
  try {
    const aes = privateDecrypt({ key, padding, oaepHash: 'sha256' }, blob.subarray(0, length));
    return unwrapAes(aes, blob.subarray(length));
  } catch {
    throw new KmsError('InvalidCiphertextException');
  }
};
