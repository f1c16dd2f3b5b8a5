import { publicEncrypt } from 'node:crypto';
import { mapAt, type Path } from '../paths.ts';
import type { PlatformKey } from './platform-keys.ts';

/** base64 of each encrypted field, by its JSON pointer. */
export type Ciphertexts = Readonly<Record<string, string>>;

/**
 * RSAES-OAEP with SHA-1 and MGF1-SHA-1, no label, base64: what every official SDK sends, and node:crypto's documented
 * default. Spelt out in an options object, it costs half as much again per field.
 */
const encrypt = (plaintext: string, { key }: PlatformKey): string =>
  publicEncrypt(key, Buffer.from(plaintext)).toString('base64');

/** Encrypts what `body` has at the paths `sensitive`. */
export const encryptSensitive = (sensitive: readonly Path[], body: object, key: PlatformKey): Ciphertexts => {
  const ciphertexts: Record<string, string> = {};
  mapAt(body, sensitive, (plaintext, pointer) => {
    ciphertexts[pointer] = encrypt(plaintext as string, key);
  });
  return ciphertexts;
};

/**
 * A copy of `body` with the ciphertexts in their places.
 * @throws TypeError when one is missing: a sensitive field never leaves in clear.
 */
export const withCiphertexts = (sensitive: readonly Path[], body: object, ciphertexts: Ciphertexts): object =>
  mapAt(body, sensitive, (_, pointer) => {
    const ciphertext = ciphertexts[pointer];
    if (ciphertext === undefined) throw new TypeError('a sensitive field has no ciphertext');
    return ciphertext;
  }) as object;
