import './reflect-shim.ts';
import { createPublicKey, type KeyObject, webcrypto, X509Certificate } from 'node:crypto';
import { isIPv4 } from 'node:net';
import type { JsonName, KeyUsageFlags } from '@peculiar/x509';

const RSA = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' };

export type Certificate = {
  readonly certificatePem: string;
  readonly publicKeyPem: string;
  /** 40 upper-case hex digits, exactly what `X509Certificate.serialNumber` prints. */
  readonly serial: string;
  readonly notBefore: Date;
  readonly notAfter: Date;
};

type Subject = {
  readonly commonName: string;
  readonly notBefore: Date;
  readonly notAfter: Date;
  readonly serial: string;
  /** DNS names and IPv4 addresses; with any, it is the certificate of a TLS server. */
  readonly hosts: readonly string[];
  readonly publicKeyPem: string;
  readonly isCa: boolean;
};

type Issuer = { readonly commonName: string; readonly privateKey: KeyObject; readonly publicKeyPem: string };

export async function writeCertificate(subject: Subject, issuer: Issuer): Promise<Certificate> {
  const publicKey = spkiOf(subject.publicKeyPem);
  // Not a static import: jest links CommonJS modules before any of ours, the shim included, has run.
  const x509 = await import('@peculiar/x509');
  const made = await x509.X509CertificateGenerator.create({
    subject: distinguishedName(subject.commonName),
    issuer: distinguishedName(issuer.commonName),
    serialNumber: subject.serial,
    notBefore: wholeSeconds(subject.notBefore),
    notAfter: wholeSeconds(subject.notAfter),
    publicKey,
    signingKey: await importKey(issuer),
    signingAlgorithm: RSA,
    extensions: [
      new x509.BasicConstraintsExtension(subject.isCa, undefined, true),
      new x509.KeyUsagesExtension(usage(subject.isCa, x509.KeyUsageFlags), true),
      // OpenSSL's strict mode, which Python uses since 3.13, wants both.
      await x509.SubjectKeyIdentifierExtension.create(publicKey),
      await x509.AuthorityKeyIdentifierExtension.create(spkiOf(issuer.publicKeyPem)),
      ...(subject.hosts.length > 0 ? serverExtensions(subject.hosts, x509) : []),
    ],
  });
  return readCertificate(`${made.toString('pem').trim()}\n`);
}

function serverExtensions(hosts: readonly string[], x509: typeof import('@peculiar/x509')) {
  const names = hosts.map((value) => ({ type: isIPv4(value) ? 'ip' : 'dns', value }) as const);
  return [
    new x509.SubjectAlternativeNameExtension(names),
    new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
  ];
}

const spkiOf = (publicKeyPem: string): Uint8Array<ArrayBuffer> =>
  new Uint8Array(createPublicKey(publicKeyPem).export({ format: 'der', type: 'spki' }));

// KeyObject.toCryptoKey came with Node 23.
const importKey = ({ privateKey }: Issuer): Promise<webcrypto.CryptoKey> => {
  const bytes = privateKey.export({ format: 'der', type: 'pkcs8' });
  return webcrypto.subtle.importKey('pkcs8', bytes, RSA, false, ['sign']);
};

/** What a certificate says, read by another implementation than the one that writes them here. */
export function readCertificate(certificatePem: string): Certificate {
  const { serialNumber: serial, validFrom, validTo, publicKey } = new X509Certificate(certificatePem);
  const publicKeyPem = publicKey.export({ format: 'pem', type: 'spki' }).toString();
  // Node 20 has the times as texts alone.
  return {
    certificatePem,
    publicKeyPem,
    serial,
    notBefore: new Date(validFrom),
    notAfter: new Date(validTo),
  };
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
