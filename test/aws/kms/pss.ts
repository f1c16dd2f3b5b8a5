import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/** Mask generation function 1 of RFC 8017, B.2.1. */
const mask = (hash: string, seed: Buffer, length: number): Buffer => {
  const blocks: Buffer[] = [];
  for (let counter = 0, total = 0; total < length; counter += 1) {
    const suffix = Buffer.alloc(4);
    suffix.writeUInt32BE(counter);
    const block = createHash(hash).update(seed).update(suffix).digest();
    blocks.push(block);
    total += block.length;
  }
  return Buffer.concat(blocks).subarray(0, length);
};

const xor = (left: Buffer, right: Buffer): Buffer =>
  Buffer.from(left.map((byte, index) => byte ^ (right[index] ?? 0)));

const clearTopBit = (block: Buffer): Buffer => {
  // The encoding is one bit shorter than the modulus; with this bit set it could exceed it and not be signable.
  block.writeUInt8(block.readUInt8(0) & 0x7f, 0);
  return block;
};

const inner = (hash: string, digest: Buffer, salt: Buffer): Buffer =>
  createHash(hash).update(Buffer.alloc(8)).update(digest).update(salt).digest();

/**
 * EMSA-PSS (RFC 8017, 9.1) over a digest that is already computed, with a salt as long as the digest as AWS
 * KMS uses. node:crypto only signs messages it hashes itself, which would hash a DIGEST a second time.
 * @param length bytes of the RSA modulus (a whole number of bytes for every key KMS makes)
 */
export const encodePss = (hash: string, digest: Buffer, length: number): Buffer => {
  const salt = randomBytes(digest.length);
  const seal = inner(hash, digest, salt);
  const padding = Buffer.alloc(length - salt.length - seal.length - 2);
  const block = Buffer.concat([padding, Buffer.of(1), salt]);
  const masked = clearTopBit(xor(block, mask(hash, seal, block.length)));
  return Buffer.concat([masked, seal, Buffer.of(0xbc)]);
};

export const matchesPss = (hash: string, digest: Buffer, encoded: Buffer): boolean => {
  const masked = encoded.subarray(0, encoded.length - digest.length - 1);
  const seal = encoded.subarray(masked.length, -1);
  if (encoded.at(-1) !== 0xbc || masked.readUInt8(0) > 0x7f) return false;
  const block = clearTopBit(xor(masked, mask(hash, seal, masked.length)));
  const padding = block.subarray(0, -digest.length);
  if (padding.at(-1) !== 1 || padding.subarray(0, -1).some((byte) => byte !== 0)) return false;
  return timingSafeEqual(seal, inner(hash, digest, block.subarray(-digest.length)));
};
