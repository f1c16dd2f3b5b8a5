import { type KeyObject, randomBytes } from 'node:crypto';
import { generateRsaKeys } from './rsa-keys.ts';
import { type Certificate, writeCertificate } from './write-certificate.ts';

const DAY = 24 * 60 * 60 * 1000;
const ROOT = 'Tenpay.com Root CA';

export type KeyPair = {
  readonly privateKey: KeyObject;
  /** PKCS#8 */
  readonly privateKeyPem: string;
  /** SubjectPublicKeyInfo */
  readonly publicKeyPem: string;
};

/** `commonName`: of the issuer in what it issues. */
export type Ca = Certificate & KeyPair & { readonly commonName: string };
export type IssuedPair = Certificate & KeyPair;

export type Issue = {
  readonly ca: Ca;
  readonly commonName: string;
  /** Default: yesterday, so that a clock a little behind still accepts the certificate. */
  readonly notBefore?: Date;
  /** Default: five years after `notBefore`, as the real ones. */
  readonly notAfter?: Date;
  /** 20 octets in hex that begin with no zero digit, or 19 that do. Default: random, of 20. */
  readonly serial?: string;
  /** DNS names and IPv4 addresses: a certificate for a TLS server. */
  readonly hosts?: readonly string[];
};

/** An RSA-2048 key pair. */
export async function generateRsaKeyPair(): Promise<KeyPair> {
  const { privateKey, publicKey } = await generateRsaKeys(2048);
  return {
    privateKey,
    privateKeyPem: privateKey.export({ format: 'pem', type: 'pkcs8' }).toString(),
    publicKeyPem: publicKey.export({ format: 'pem', type: 'spki' }).toString(),
  };
}

let shared: Promise<Ca> | undefined;

/** One CA per process: a second one would only cost another key generation. */
export function sharedCa(): Promise<Ca> {
  shared ??= makeCa();
  return shared;
}

/** A self-signed root, by default a stand-in of "Tenpay.com Root CA", valid from ten years ago for twenty years. */
export async function makeCa(commonName = ROOT): Promise<Ca> {
  const keys = await generateRsaKeyPair();
  const notBefore = new Date(Date.now() - 3650 * DAY);
  const notAfter = new Date(Date.now() + 3650 * DAY);
  const subject = { commonName, notBefore, notAfter, serial: randomSerial(), hosts: [], isCa: true };
  return {
    ...keys,
    commonName,
    ...(await writeCertificate({ ...subject, ...keys }, { ...keys, commonName })),
  };
}

/**
 * Issues an RSA certificate: for a new key pair, or for the public key given (one that lives in a KMS, where
 * nobody has the private half).
 */
export async function issueCertificate(
  request: Issue & { readonly publicKeyPem: string },
): Promise<Certificate>;
export async function issueCertificate(request: Issue): Promise<IssuedPair>;
export async function issueCertificate(
  request: Issue & { readonly publicKeyPem?: string },
): Promise<Certificate | IssuedPair> {
  const { ca, commonName, serial = randomSerial(), publicKeyPem, hosts = [] } = request;
  if (!/^(?:[1-9A-F][0-9A-F]{39}|0[1-9A-F][0-9A-F]{36})$/.test(serial))
    throw new TypeError(`not a certificate serial: ${serial}`);
  const keys = publicKeyPem === undefined ? await generateRsaKeyPair() : { publicKeyPem };
  const notBefore = request.notBefore ?? new Date(Date.now() - DAY);
  const notAfter = request.notAfter ?? new Date(notBefore.getTime() + 5 * 365 * DAY);
  const subject = { commonName, notBefore, notAfter, serial, hosts, isCa: false };
  return { ...keys, ...(await writeCertificate({ ...subject, ...keys }, ca)) };
}

/**
 * Twenty octets, the most RFC 5280 allows: the top bit must be clear and the first digit not zero. The last digit is
 * a letter, so that upper and lower case always differ.
 */
export function randomSerial(): string {
  const octets = randomBytes(20);
  octets[0] = ((octets[0] ?? 0) & 0x7f) | 0x10;
  octets[19] = (octets[19] ?? 0) | 0x0a;
  return octets.toString('hex').toUpperCase();
}
