import { constants, createHash, type KeyObject, privateEncrypt, publicDecrypt } from 'node:crypto';
import { encodePss, matchesPss } from './pss.ts';

const HASHES = {
  SHA_256: { name: 'sha256', bytes: 32, prefix: '3031300d060960864801650304020105000420' },
  SHA_384: { name: 'sha384', bytes: 48, prefix: '3041300d060960864801650304020205000430' },
  SHA_512: { name: 'sha512', bytes: 64, prefix: '3051300d060960864801650304020305000440' },
} as const;

type Hash = keyof typeof HASHES;
export type RsaSigningAlgorithm = `RSASSA_${'PKCS1_V1_5' | 'PSS'}_${Hash}`;

export const RSA_SIGNING_ALGORITHMS: readonly RsaSigningAlgorithm[] = [
  'RSASSA_PKCS1_V1_5_SHA_256',
  'RSASSA_PKCS1_V1_5_SHA_384',
  'RSASSA_PKCS1_V1_5_SHA_512',
  'RSASSA_PSS_SHA_256',
  'RSASSA_PSS_SHA_384',
  'RSASSA_PSS_SHA_512',
];

const hashOf = (algorithm: RsaSigningAlgorithm) => HASHES[algorithm.slice(-7) as Hash];
const isPss = (algorithm: RsaSigningAlgorithm): boolean => algorithm.startsWith('RSASSA_PSS');

/** The ASN.1 DigestInfo of RFC 8017, 9.2: what the PKCS #1 v1.5 padding is put around. */
const digestInfo = (algorithm: RsaSigningAlgorithm, digest: Buffer): Buffer =>
  Buffer.concat([Buffer.from(hashOf(algorithm).prefix, 'hex'), digest]);

export const digestLength = (algorithm: RsaSigningAlgorithm): number => hashOf(algorithm).bytes;

export const digestOf = (algorithm: RsaSigningAlgorithm, message: Buffer): Buffer =>
  createHash(hashOf(algorithm).name).update(message).digest();

export const modulusBytes = (key: KeyObject): number => (key.asymmetricKeyDetails?.modulusLength ?? 0) / 8;

/** Signs a digest of exactly `digestLength(algorithm)` bytes. */
export const signDigest = (key: KeyObject, algorithm: RsaSigningAlgorithm, digest: Buffer): Buffer => {
  if (!isPss(algorithm)) {
    return privateEncrypt({ key, padding: constants.RSA_PKCS1_PADDING }, digestInfo(algorithm, digest));
  }
  const encoded = encodePss(hashOf(algorithm).name, digest, modulusBytes(key));
  return privateEncrypt({ key, padding: constants.RSA_NO_PADDING }, encoded);
};

/** RFC 8017, 8.1.2 and 8.2.2. Their step 1 is ours: OpenSSL opens a signature without its leading zeros too. */
export const verifyDigest = (
  key: KeyObject,
  algorithm: RsaSigningAlgorithm,
  digest: Buffer,
  signature: Buffer,
): boolean => {
  if (signature.length !== modulusBytes(key)) return false;
  try {
    if (!isPss(algorithm)) {
      const opened = publicDecrypt({ key, padding: constants.RSA_PKCS1_PADDING }, signature);
      return opened.equals(digestInfo(algorithm, digest));
    }
    const encoded = publicDecrypt({ key, padding: constants.RSA_NO_PADDING }, signature);
    return matchesPss(hashOf(algorithm).name, digest, encoded);
  } catch {
    // OpenSSL throws on a signature too large for the key or wrongly padded; for the caller that is a plain "no".
    return false;
  }
};
