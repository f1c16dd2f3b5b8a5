import { constants, type KeyObject, privateEncrypt } from 'node:crypto';

/** The only one WeChat Pay knows. */
export const SIGNING_ALGORITHM = 'RSASSA_PKCS1_V1_5_SHA_256';

/** The ASN.1 DigestInfo of RFC 8017, 9.2: what the PKCS #1 v1.5 padding is put around. */
const DIGEST_INFO = Buffer.from('3031300d060960864801650304020105000420', 'hex');

export const modulusBytes = (key: KeyObject): number => (key.asymmetricKeyDetails?.modulusLength ?? 0) / 8;

/** node:crypto signs only messages that it hashes itself. */
export const signDigest = (key: KeyObject, digest: Buffer): Buffer =>
  privateEncrypt({ key, padding: constants.RSA_PKCS1_PADDING }, Buffer.concat([DIGEST_INFO, digest]));
