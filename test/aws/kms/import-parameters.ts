import { constants, createDecipheriv, type KeyObject, privateDecrypt, randomBytes } from 'node:crypto';
import { KmsError } from './errors.ts';
import { generateRsa, type RsaSpec } from './material.ts';
import { modulusBytes } from './rsa.ts';

const HASHES = {
  RSA_AES_KEY_WRAP_SHA_1: 'sha1',
  RSA_AES_KEY_WRAP_SHA_256: 'sha256',
  RSAES_OAEP_SHA_1: 'sha1',
  RSAES_OAEP_SHA_256: 'sha256',
} as const;

export type WrappingAlgorithm = keyof typeof HASHES;
export const WRAPPING_ALGORITHMS = Object.keys(HASHES) as readonly WrappingAlgorithm[];

/** The alternative initial value that tells RFC 5649 (with padding) from RFC 3394; node:crypto wants it spelt out. */
const KEY_WRAP_IV = Buffer.from('A65959A6', 'hex');
const VALID_MS = 24 * 3_600_000;
const TOKEN_BYTES = 256;
const SHORTEST_WRAP = 16;

/** A wrapping key and the token that belongs to it. */
export type ImportParameters = {
  readonly algorithm: WrappingAlgorithm;
  readonly token: Buffer;
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
  /** Milliseconds since the epoch; at this instant they are no longer valid. */
  readonly validTo: number;
};

/** Whether the material is wrapped by an AES key of the caller, and only that one by the wrapping key. */
export const isHybrid = (algorithm: WrappingAlgorithm): boolean => algorithm.startsWith('RSA_AES_');

export const createImportParameters = async (
  algorithm: WrappingAlgorithm,
  spec: RsaSpec,
  now: number,
): Promise<ImportParameters> => ({
  algorithm,
  token: randomBytes(TOKEN_BYTES),
  ...(await generateRsa(spec)),
  validTo: now + VALID_MS,
});

const unwrapAes = (key: Buffer, wrapped: Buffer): Buffer => {
  // OpenSSL "unwraps" nothing to nothing without looking for the integrity block.
  if (wrapped.length < SHORTEST_WRAP) throw new RangeError('no integrity block');
  const decipher = createDecipheriv('id-aes256-wrap-pad', key, KEY_WRAP_IV);
  return Buffer.concat([decipher.update(wrapped), decipher.final()]);
};

/**
 * The material inside `EncryptedKeyMaterial`: RSAES-OAEP of it, or RSAES-OAEP of an AES-256 key ‖ AES key wrap
 * with padding (RFC 5649) of it. The hash of the algorithm's name is OAEP's and its mask's.
 * @throws InvalidCiphertextException
 */
export const unwrap = ({ algorithm, privateKey }: ImportParameters, blob: Buffer): Buffer => {
  const padding = constants.RSA_PKCS1_OAEP_PADDING;
  const open = (block: Buffer): Buffer =>
    privateDecrypt({ key: privateKey, padding, oaepHash: HASHES[algorithm] }, block);
  try {
    if (!isHybrid(algorithm)) return open(blob);
    const length = modulusBytes(privateKey);
    return unwrapAes(open(blob.subarray(0, length)), blob.subarray(length));
  } catch {
    throw new KmsError('InvalidCiphertextException');
  }
};
