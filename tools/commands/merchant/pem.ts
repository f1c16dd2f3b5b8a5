import { createPrivateKey, createPublicKey, type KeyObject, X509Certificate } from 'node:crypto';
import { Failure } from '../../explain.ts';
import { type Block, type Kind, pemBlocks, wipe } from './pem-blocks.ts';

const WHAT_IT_IS: Record<Kind, string> = {
  certificate: 'a certificate',
  'private key': 'a private key',
  'encrypted private key': 'a private key protected by a password',
  'OpenSSH private key': 'a private key in the format of OpenSSH',
  'public key': 'a public key',
  request: 'a certificate request',
  other: 'PEM of a kind that is not used here',
};

/** What helps more than to name the file that was asked for. */
const HOW_TO_CONVERT: Partial<Record<Kind, string>> = {
  'encrypted private key': 'Remove the password first: openssl pkey -in KEY -out apiclient_key.pem',
  'OpenSSH private key':
    "Convert a copy of it, in place: ssh-keygen -p -m PKCS8 -N '' -f COPY; then give that.",
};

const VERSION_3 = Buffer.from([2, 1, 3]);

/** RFC 7292: a PKCS#12 file is a DER sequence whose first member is the version, 3. */
const isPkcs12 = (der: Buffer, length: number): boolean => {
  const at = 2 + (length & 0x7f);
  return der.subarray(at, at + VERSION_3.length).equals(VERSION_3);
};

const whatIsNotPem = (text: Buffer, advice: string): string => {
  const [tag = 0, length = 0] = text;
  const der = tag === 0x30 && length >= 0x80;
  if (der && isPkcs12(text, length))
    return (
      'PKCS#12 (.p12 or .pfx), which holds key and certificate under a password. Make PEM of both: ' +
      'openssl pkcs12 -in FILE -nodes -out both.pem (with -legacy too when the file is old), and give both.pem as key and as certificate.'
    );
  return `${der ? 'binary (DER), ' : ''}not PEM (text that begins with -----BEGIN). ${advice}`;
};

/** What cannot be used but is most like what was wanted tells more than what merely comes first. */
const mostTelling = (blocks: readonly Block[]): Block | undefined =>
  blocks.find(({ kind }) => HOW_TO_CONVERT[kind] !== undefined) ?? blocks[0];

/** Hands the blocks of the wanted kind to `parse`; there is at least one. Others in the same file do not matter. */
const withBlocks = <T>(
  text: Buffer,
  { wanted, option, advice }: { wanted: Kind; option: string; advice: string },
  parse: (pems: readonly Buffer[]) => T,
): T => {
  const blocks = pemBlocks(text);
  try {
    const fitting = blocks.filter(({ kind }) => kind === wanted).map(({ pem }) => pem);
    if (fitting.length > 0) return parse(fitting);
    const found = mostTelling(blocks);
    if (found === undefined) throw new Failure(`${option}: this file is ${whatIsNotPem(text, advice)}`);
    const convert = wanted === 'private key' ? HOW_TO_CONVERT[found.kind] : undefined;
    throw new Failure(`${option}: this file is ${WHAT_IT_IS[found.kind]}. ${convert ?? advice}`);
  } finally {
    wipe(blocks);
  }
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

/** The first of several: files with more than one block of a kind are chains of certificates. */
const first = (pems: readonly Buffer[]): Buffer => pems[0] ?? Buffer.alloc(0);

/** A merchant's private key as PKCS#8 in DER, whichever PEM it came in. The caller wipes it. */
export const privateKeyDer = (text: Buffer, option: string): { der: Buffer; publicKey: KeyObject } => {
  const advice = 'Give apiclient_key.pem, from the zip file of the merchant platform’s certificate tool.';
  const key = withBlocks(text, { wanted: 'private key', option, advice }, (pems) =>
    parsed(option, () => createPrivateKey(first(pems))),
  );
  requireRsa2048(key, option);
  return { der: key.export({ format: 'der', type: 'pkcs8' }), publicKey: createPublicKey(key) };
};

/** WeChat Pay's public key in PEM (SubjectPublicKeyInfo), whichever form it came in. */
export const platformPublicKey = (text: Buffer, option: string): { pem: string; key: KeyObject } => {
  const advice =
    'Give pub_key.pem, downloaded from the merchant platform: 账户中心 → API安全 → 微信支付公钥.';
  const key = withBlocks(text, { wanted: 'public key', option, advice }, (pems) =>
    parsed(option, () => createPublicKey(first(pems))),
  );
  requireRsa2048(key, option);
  return { pem: key.export({ format: 'pem', type: 'spki' }).toString(), key };
};

/** All certificates of a file: with a private key beside them, or as a chain, in whatever order. */
const certificatesIn = (text: Buffer, option: string, advice: string): X509Certificate[] =>
  withBlocks(text, { wanted: 'certificate', option, advice }, (pems) =>
    parsed(option, () => pems.map((pem) => new X509Certificate(pem))),
  );

const ISSUED_ADVICE = 'Give apiclient_cert.pem, the certificate that the merchant platform issued.';

const commonName = ({ subject }: X509Certificate): string => /^CN=(.*)$/m.exec(subject)?.[1] ?? '';

const foreign = (certificates: readonly X509Certificate[], option: string, mchid: string): Failure => {
  const merchant = certificates.map(commonName).find((name) => /^\d+$/.test(name));
  return new Failure(
    merchant === undefined
      ? `${option}: this is a certificate of WeChat Pay or of somebody else. ${ISSUED_ADVICE}`
      : `${option}: this is the certificate of merchant ${merchant}, not of ${mchid}.`,
  );
};

/**
 * This merchant's certificates in a file, which may hold their issuer's as well, the one that ends last first.
 * `now` in milliseconds. @throws Failure unless there is one that is still valid.
 */
export const issuedCertificates = (
  text: Buffer,
  { option, mchid, now }: { option: string; mchid: string; now: number },
): X509Certificate[] => {
  const all = certificatesIn(text, option, ISSUED_ADVICE);
  const own = all.filter((certificate) => commonName(certificate) === mchid);
  if (own.length === 0) throw foreign(all, option, mchid);
  for (const { publicKey } of own) requireRsa2048(publicKey, option);
  const end = ({ validToDate }: X509Certificate): number => validToDate.getTime();
  const valid = own.filter((certificate) => end(certificate) > now);
  if (valid.length > 0) return valid.sort((one, other) => end(other) - end(one));
  throw new Failure(`${option}: this certificate has ended; issue a new one on the merchant platform.`);
};

export const samePublicKey = (one: KeyObject, other: KeyObject): boolean => one.equals(other);
