import { createPrivateKey, createPublicKey, type KeyObject, X509Certificate } from 'node:crypto';
import { Failure } from './failure.ts';

type Kind = 'certificate' | 'private key' | 'encrypted private key' | 'public key' | 'request' | 'other';

const KINDS: readonly (readonly [marker: string, kind: Kind])[] = [
  ['-----BEGIN ENCRYPTED PRIVATE KEY-----', 'encrypted private key'],
  ['Proc-Type: 4,ENCRYPTED', 'encrypted private key'],
  ['PRIVATE KEY-----', 'private key'],
  ['-----BEGIN CERTIFICATE REQUEST-----', 'request'],
  ['-----BEGIN CERTIFICATE-----', 'certificate'],
  ['PUBLIC KEY-----', 'public key'],
];

/** Looks at the bytes alone: a private key must not become a string, which cannot be wiped. */
const kindOf = (pem: Buffer): Kind => KINDS.find(([marker]) => pem.includes(marker))?.[1] ?? 'other';

const WHAT_IT_IS: Record<Kind, string> = {
  certificate: 'a certificate',
  'private key': 'a private key',
  'encrypted private key': 'a private key protected by a password',
  'public key': 'a public key',
  request: 'a certificate request',
  other: 'not PEM (text that begins with -----BEGIN)',
};

const requireKind = (pem: Buffer, wanted: Kind, option: string, howToGetIt: string): void => {
  const kind = kindOf(pem);
  if (kind !== wanted) throw new Failure(`${option}: this file is ${WHAT_IT_IS[kind]}. ${howToGetIt}`);
};

const requireRsa2048 = ({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject, option: string): void => {
  if (asymmetricKeyType === 'rsa' && asymmetricKeyDetails?.modulusLength === 2048) return;
  const size = asymmetricKeyDetails?.modulusLength;
  const found = `${asymmetricKeyType ?? 'unknown'}${size === undefined ? '' : `, ${size} bits`}`;
  throw new Failure(
    `${option}: the key is not RSA with 2048 bits (${found}), the only kind WeChat Pay accepts.`,
  );
};

const parsed = <T>(option: string, parse: () => T): T => {
  try {
    return parse();
  } catch {
    // OpenSSL's text helps nobody, and this must not depend on what it quotes.
    throw new Failure(`${option}: the file is damaged, perhaps cut off or changed while copying.`);
  }
};

/** A merchant's private key as PKCS#8 in DER, whichever PEM it came in. The caller wipes it. */
export const privateKeyDer = (pem: Buffer, option: string): { der: Buffer; publicKey: KeyObject } => {
  const advice =
    kindOf(pem) === 'encrypted private key'
      ? 'Remove the password first: openssl pkey -in KEY -out apiclient_key.pem'
      : 'Give apiclient_key.pem, from the zip file of the merchant platform’s certificate tool.';
  requireKind(pem, 'private key', option, advice);
  const key = parsed(option, () => createPrivateKey(pem));
  requireRsa2048(key, option);
  return { der: key.export({ format: 'der', type: 'pkcs8' }), publicKey: createPublicKey(key) };
};

/** WeChat Pay's public key in PEM (SubjectPublicKeyInfo), whichever form it came in. */
export const platformPublicKey = (pem: Buffer, option: string): { pem: string; key: KeyObject } => {
  const advice =
    'Give pub_key.pem, downloaded from the merchant platform: 账户中心 → API安全 → 微信支付公钥.';
  requireKind(pem, 'public key', option, advice);
  const key = parsed(option, () => createPublicKey(pem));
  requireRsa2048(key, option);
  return { pem: key.export({ format: 'pem', type: 'spki' }).toString(), key };
};

const commonName = ({ subject }: X509Certificate): string => /^CN=(.*)$/m.exec(subject)?.[1] ?? '';

/** @throws Failure unless it is a certificate of this merchant that is still valid. `now` in milliseconds. */
export const merchantCertificate = (
  pem: Buffer,
  { option, mchid, now }: { option: string; mchid: string; now: number },
): X509Certificate => {
  const advice = 'Give apiclient_cert.pem, the certificate that the merchant platform issued.';
  requireKind(pem, 'certificate', option, advice);
  const certificate = parsed(option, () => new X509Certificate(pem));
  const name = commonName(certificate);
  if (name !== mchid) {
    if (/^\d+$/.test(name))
      throw new Failure(`${option}: this is the certificate of merchant ${name}, not of ${mchid}.`);
    throw new Failure(`${option}: this is a certificate of WeChat Pay or of somebody else. ${advice}`);
  }
  requireRsa2048(certificate.publicKey, option);
  if (certificate.validToDate.getTime() <= now) {
    throw new Failure(`${option}: this certificate has ended; issue a new one on the merchant platform.`);
  }
  return certificate;
};

export const samePublicKey = (one: KeyObject, other: KeyObject): boolean => one.equals(other);
