import { constants, privateDecrypt } from 'node:crypto';
import { escapeName, isObject, isStorable } from './json.ts';
import { paramError } from './refusals.ts';
import type { SensitiveField } from './rules.ts';
import type { Answer, JsonObject, PlatformKey } from './types.ts';

type Opened = { readonly plaintexts: Readonly<Record<string, string>>; readonly refusal?: Answer };

/**
 * Decrypts each field with the named key (RSAES-OAEP, SHA-1 for the hash and for MGF1, no label). Stops at the
 * first that is not a ciphertext under that key or whose plaintext is not acceptable.
 */
export function openFields(fields: readonly SensitiveField[], key: PlatformKey): Opened {
  const plaintexts: Record<string, string> = {};
  for (const { pointer, value, plain } of fields) {
    const field = `/body${pointer}`;
    const plaintext = decrypt(value, key);
    if (plaintext === undefined) {
      const message = '请确认待处理的消息是否为加密后的密文';
      return { plaintexts, refusal: paramError({ field, value, issue: 'cannot be decrypted', message }) };
    }
    plaintexts[pointer] = plaintext;
    const issue = plaintextIssue(plaintext, plain);
    if (issue !== undefined) return { plaintexts, refusal: paramError({ field, value, issue }) };
  }
  return { plaintexts };
}

function decrypt(value: string, { privateKey }: PlatformKey): string | undefined {
  const block = Buffer.from(value, 'base64');
  // One block of RSA-2048, in the standard alphabet with its padding and nothing around it.
  if (block.length !== 256 || block.toString('base64') !== value) return undefined;
  try {
    const options = { key: privateKey, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha1' };
    const bytes = privateDecrypt(options, block);
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

function plaintextIssue(plaintext: string, max = Number.POSITIVE_INFINITY): string | undefined {
  if (plaintext === '') return 'the plaintext is empty';
  if (plaintext.length > max) return `the plaintext is longer than ${max} characters`;
  return isStorable(plaintext) ? undefined : 'only UTF-8 characters of one to three bytes are supported';
}

/** A copy of the body with the plaintexts in the places of the ciphertexts. */
export const withPlaintexts = (body: JsonObject, plaintexts: Opened['plaintexts'], at = ''): JsonObject =>
  Object.fromEntries(
    Object.entries(body).map(([name, value]) => [
      name,
      opened(value, plaintexts, `${at}/${escapeName(name)}`),
    ]),
  );

function opened(value: unknown, plaintexts: Opened['plaintexts'], pointer: string): unknown {
  if (Array.isArray(value))
    return value.map((item: unknown, index) => opened(item, plaintexts, `${pointer}/${index}`));
  return isObject(value) ? withPlaintexts(value, plaintexts, pointer) : (plaintexts[pointer] ?? value);
}
