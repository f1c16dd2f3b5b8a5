import { constants, type KeyObject, publicDecrypt, verify } from 'node:crypto';
import type { Finding } from '../anatomy.ts';
import type { Merchant } from '../merchants.ts';
import { signedBody } from '../signed-body.ts';
import type { Examined, Items, Known } from './known.ts';
import { explainDigest } from './message.ts';
import { certificateOf } from './serial.ts';

const BYTES = 256;

type Decoded = { readonly bytes: Buffer; readonly findings: readonly Finding[] };
type Signer = { readonly mchid: string; readonly serial: string; readonly publicKey: KeyObject };

/** Why the signature of the Authorization header does not hold; nothing, where it does. */
export function examineSignature(
  request: Examined,
  items: Items,
  merchant: Merchant,
  known: Known,
): Finding[] {
  const { bytes, findings } = decode(items.signature);
  if (bytes.length !== BYTES)
    return [...findings, { code: 'signature.length', params: { bytes: bytes.length } }];
  for (const signer of signersOf(items, merchant, known)) {
    const signed = open(bytes, signer.publicKey);
    const found = signed ? explainSigned(signed, request, items) : explainPss(bytes, signer, request, items);
    if (found) return [...findings, ...wrongKey(signer, items), ...found];
  }
  return [...findings, { code: 'key.unknown', params: { named: items.serial_no } }];
}

function decode(text: string): Decoded {
  const as = (bytes: Buffer, ...findings: Finding[]): Decoded => ({ bytes, findings });
  const bytes = Buffer.from(text, 'base64');
  if (isHex(text)) return as(Buffer.from(text, 'hex'), { code: 'signature.hex', params: {} });
  const inner = bytes.toString('latin1');
  if (isHex(inner)) return as(Buffer.from(inner, 'hex'), { code: 'signature.hex', params: {} });
  const twice = Buffer.from(inner, 'base64');
  if (twice.length === BYTES && twice.toString('base64') === inner)
    return as(twice, { code: 'signature.base64_twice', params: {} });
  if (bytes.length !== BYTES || bytes.toString('base64') === text) return as(bytes);
  if (/[-_]/.test(text)) return as(bytes, { code: 'signature.base64url', params: {} });
  return as(bytes, { code: 'signature.base64_format', params: {} });
}

const isHex = (text: string): boolean => /^[\da-f]{512}$/i.test(text);

/** Every key known here; the one that was named comes first, then this merchant's. */
function signersOf({ serial_no }: Items, merchant: Merchant, { merchants }: Known): Signer[] {
  const named = certificateOf(merchant, serial_no);
  const others = [merchant, ...merchants].flatMap(({ mchid, certificates }) =>
    [...certificates.values()].map(({ serial, publicKey }) => ({ mchid, serial, publicKey })),
  );
  return named ? [{ ...named, mchid: merchant.mchid }, ...others] : others;
}

function wrongKey({ mchid, serial }: Signer, items: Items): Finding[] {
  if (serial.toUpperCase() === items.serial_no.toUpperCase()) return [];
  return mchid === items.mchid
    ? [{ code: 'key.other_serial', params: { serial, named: items.serial_no } }]
    : [{ code: 'key.other_merchant', params: { mchid, serial } }];
}

/** What was padded and signed with PKCS#1 v1.5, if this key's other half did it. */
function open(signature: Buffer, key: KeyObject): Buffer | undefined {
  try {
    return publicDecrypt({ key, padding: constants.RSA_PKCS1_PADDING }, signature);
  } catch {
    return undefined;
  }
}

/** What comes before the digest, RFC 8017 §9.2 note 1. */
const DIGEST_INFOS: Readonly<Record<string, string>> = {
  'SHA-256': '3031300d060960864801650304020105000420',
  'SHA-1': '3021300906052b0e03021a05000414',
  MD5: '3020300c06082a864886f70d020505000410',
  'SHA-384': '3041300d060960864801650304020205000430',
  'SHA-512': '3051300d060960864801650304020305000440',
};

function explainSigned(signed: Buffer, request: Examined, items: Items): readonly Finding[] {
  const hex = signed.toString('hex');
  const [hash = '', prefix = ''] =
    Object.entries(DIGEST_INFOS).find(([, start]) => hex.startsWith(start)) ?? [];
  if (hash === '') return [{ code: 'signature.no_digest_info', params: {} }];
  if (hash !== 'SHA-256') return [{ code: 'signature.hash', params: { hash } }];
  return explainDigest(signed.subarray(prefix.length / 2), request, items);
}

function explainPss(signature: Buffer, { publicKey: key }: Signer, request: Examined, items: Items) {
  const lines = [request.method, request.path, items.timestamp, items.nonce_str, ''].join('\n');
  const message = Buffer.concat([Buffer.from(lines), signedBody(request), Buffer.from('\n')]);
  const options = {
    key,
    padding: constants.RSA_PKCS1_PSS_PADDING,
    saltLength: constants.RSA_PSS_SALTLEN_AUTO,
  };
  const finding: Finding = { code: 'signature.pss', params: {} };
  return verify('sha256', message, options, signature) ? [finding] : undefined;
}
