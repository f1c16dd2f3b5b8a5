import { publicEncrypt } from 'node:crypto';
import * as z from 'zod/mini';
import { isSensitive } from '../schema.ts';
import type { PlatformKey } from './platform-keys.ts';

/**
 * RSAES-OAEP with SHA-1 and MGF1-SHA-1, no label, base64: what every official SDK sends, and node:crypto's documented
 * default. Spelt out in an options object, it costs half as much again per field.
 */
const encrypt = (plaintext: string, { key }: PlatformKey): string =>
  publicEncrypt(key, Buffer.from(plaintext)).toString('base64');

/**
 * A copy of `value` in which every field that `schema` marks sensitive is encrypted with `key`. The caller's
 * object stays as it was, so a retry or a hash of it still means the same.
 */
export const encryptSensitive = (schema: z.core.$ZodType, value: unknown, key: PlatformKey): unknown => {
  if (value === undefined) return undefined;
  if (isSensitive(schema)) return encrypt(value as string, key);
  if (schema instanceof z.ZodMiniOptional) return encryptSensitive(schema._zod.def.innerType, value, key);
  if (schema instanceof z.ZodMiniArray) {
    const { element } = schema._zod.def;
    return (value as unknown[]).map((item) => encryptSensitive(element, item, key));
  }
  if (schema instanceof z.ZodMiniObject) {
    const { shape } = schema._zod.def;
    return Object.fromEntries(
      Object.entries(value as object).map(([name, member]) => {
        const field = shape[name];
        return [name, field ? encryptSensitive(field, member, key) : member];
      }),
    );
  }
  return value;
};
