import './reflect-shim.ts';
import { createPublicKey, type KeyObject, randomBytes, X509Certificate } from 'node:crypto';
import type { JsonName, KeyUsageFlags } from '@peculiar/x509';
import { generateRsaKeys } from './rsa-keys.ts';

const DAY = 24 * 60 * 60 * 1000;
const ROOT = 'Tenpay.com Root CA';
const RSA = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' };

export type KeyPair = {
  readonly privateKey: KeyObject;
  /** PKCS#8 */
  readonly privateKeyPem: string;
  /** SubjectPublicKeyInfo */
  readonly publicKeyPem: string;
};

export type Certificate = {
  readonly certificatePem: string;
  readonly publicKeyPem: string;
  /** 40 upper-case hex digits, exactly what `X509Certificate.serialNumber` prints. */
  readonly serial: string;
  readonly notBefore: Date;
  readonly notAfter: Date;
};

export type Ca = Certificate & KeyPair;
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

/** A self-signed stand-in of "Tenpay.com Root CA", valid from ten years ago for twenty years. */
export async function makeCa(): Promise<Ca> {
  const keys = await generateRsaKeyPair();
  const notBefore = new Date(Date.now() - 3650 * DAY);
  const notAfter = new Date(Date.now() + 3650 * DAY);
  const made = await write(
    { commonName: ROOT, notBefore, notAfter, serial: randomSerial() },
    keys,
    keys,
    true,
  );
  return { ...keys, ...made };
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
  const { ca, commonName, serial = randomSerial(), publicKeyPem } = request;
  if (!/^(?:[1-9A-F][0-9A-F]{39}|0[1-9A-F][0-9A-F]{36})$/.test(serial))
    throw new TypeError(`not a certificate serial: ${serial}`);
  const keys = publicKeyPem === undefined ? await generateRsaKeyPair() : { publicKeyPem };
  const notBefore = request.notBefore ?? new Date(Date.now() - DAY);
  const notAfter = request.notAfter ?? new Date(notBefore.getTime() + 5 * 365 * DAY);
  return { ...keys, ...(await write({ commonName, notBefore, notAfter, serial }, keys, ca, false)) };
}

type Subject = Required<Omit<Issue, 'ca'>>;

async function write(subject: Subject, keys: { publicKeyPem: string }, signer: KeyPair, ca: boolean) {
  const key = createPublicKey(keys.publicKeyPem);
  // Not a static import: jest links CommonJS modules before any of ours, the shim included, has run.
  const x509 = await import('@peculiar/x509');
  const made = await x509.X509CertificateGenerator.create({
    subject: distinguishedName(subject.commonName),
    issuer: distinguishedName(ROOT),
    serialNumber: subject.serial,
    notBefore: wholeSeconds(subject.notBefore),
    notAfter: wholeSeconds(subject.notAfter),
    publicKey: new Uint8Array(key.export({ format: 'der', type: 'spki' })),
    signingKey: signer.privateKey.toCryptoKey(RSA, false, ['sign']),
    signingAlgorithm: RSA,
    extensions: [
      new x509.BasicConstraintsExtension(ca, undefined, true),
      new x509.KeyUsagesExtension(usage(ca, x509.KeyUsageFlags), true),
    ],
  });
  return describe(`${made.toString('pem').trim()}\n`);
}

/** What the certificate says, read back by another implementation than the one that wrote it. */
function describe(certificatePem: string): Certificate {
  const { serialNumber: serial, validFromDate, validToDate, publicKey } = new X509Certificate(certificatePem);
  const publicKeyPem = publicKey.export({ format: 'pem', type: 'spki' }).toString();
  return { certificatePem, publicKeyPem, serial, notBefore: validFromDate, notAfter: validToDate };
}

const usage = (ca: boolean, flags: typeof KeyUsageFlags) =>
  ca
    ? flags.keyCertSign | flags.cRLSign
    : flags.digitalSignature | flags.keyEncipherment | flags.dataEncipherment;

// X.509 has no fractions of a second.
const wholeSeconds = (date: Date) => new Date(Math.floor(date.getTime() / 1000) * 1000);

const distinguishedName = (commonName: string): JsonName => [
  { C: ['CN'] },
  { O: ['Tenpay.com'] },
  { OU: ['Tenpay.com CA Center'] },
  { CN: [commonName] },
];

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
