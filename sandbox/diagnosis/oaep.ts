import { constants, createHash, type KeyObject, privateDecrypt } from 'node:crypto';

const HASHES = ['sha1', 'sha256', 'sha512', 'md5'] as const;

/** How a block was padded before it was encrypted: `SHA-1` for both of OAEP's hashes is what WeChat Pay reads. */
export type Padding = { readonly padding: 'oaep'; readonly hash: string } | { readonly padding: 'pkcs1' };

/** How a block encrypted for this key was padded; `undefined` where it was not encrypted for it. */
export function paddingOf(block: Buffer, key: KeyObject): Padding | undefined {
  const raw = decryptRaw(block, key);
  if (!raw) return undefined;
  for (const hash of HASHES)
    for (const mask of HASHES)
      if (isOaep(raw, hash, mask)) return { padding: 'oaep', hash: nameOf(hash, mask) };
  return isPkcs1(raw) ? { padding: 'pkcs1' } : undefined;
}

const nameOf = (hash: string, mask: string): string => {
  const [one = '', other = ''] = [hash, mask].map((name) => name.toUpperCase().replace('SHA', 'SHA-'));
  return one === other ? one : `${one}, MGF1 ${other}`;
};

function decryptRaw(block: Buffer, key: KeyObject): Buffer | undefined {
  try {
    return privateDecrypt({ key, padding: constants.RSA_NO_PADDING }, block);
  } catch {
    return undefined;
  }
}

/** RFC 8017 §7.1.2, step 3, without a label. Node has no way to name the hash of the mask. */
function isOaep(raw: Buffer, hash: string, mask: string): boolean {
  const label = createHash(hash).digest();
  const [seed, data] = [raw.subarray(1, 1 + label.length), raw.subarray(1 + label.length)];
  const open = xor(data, stretch(xor(seed, stretch(data, seed.length, mask)), data.length, mask));
  return raw[0] === 0 && open.subarray(0, label.length).equals(label);
}

/** MGF1, RFC 8017 §B.2.1. */
function stretch(seed: Buffer, length: number, hash: string): Buffer {
  const parts: Buffer[] = [];
  for (let count = 0, bytes = 0; bytes < length; count += 1) {
    const number = Buffer.alloc(4);
    number.writeUInt32BE(count);
    const part = createHash(hash).update(seed).update(number).digest();
    parts.push(part);
    bytes += part.length;
  }
  return Buffer.concat(parts).subarray(0, length);
}

const xor = (one: Buffer, other: Buffer): Buffer =>
  Buffer.from(one.map((byte, index) => byte ^ (other[index] ?? 0)));

/** RFC 8017 §7.2.2, and a text in it: a block for another key looks so once in 65,536 times otherwise. */
function isPkcs1(raw: Buffer): boolean {
  const end = raw.indexOf(0, 2);
  if (raw[0] !== 0 || raw[1] !== 2 || end < 10) return false;
  const text = raw.subarray(end + 1);
  return text.length > 0 && Buffer.from(text.toString()).equals(text);
}
