import * as z from 'zod/mini';
import { exampleOf } from '../../../lib/documents/endpoints.ts';
import type { Endpoint } from '../../../lib/endpoint.ts';
import { isSensitive } from '../../../lib/schema.ts';

/** A full request in plaintext, from the schema's examples. */
export const requestOf = ({ request }: Endpoint): object => Object(exampleOf(request));

/** A copy of `body` in which every sensitive value of the endpoint went through `change`. */
export const mapSensitive = (
  schema: z.core.$ZodType,
  value: unknown,
  change: (text: string) => string,
): unknown => {
  if (isSensitive(schema)) return typeof value === 'string' ? change(value) : value;
  if (schema instanceof z.ZodMiniOptional) return mapSensitive(schema._zod.def.innerType, value, change);
  if (schema instanceof z.ZodMiniArray && Array.isArray(value)) {
    return value.map((item: unknown) => mapSensitive(schema._zod.def.element, item, change));
  }
  if (!(schema instanceof z.ZodMiniObject) || typeof value !== 'object' || value === null) return value;
  const { shape } = schema._zod.def;
  const member = ([name, old]: [string, unknown]) => {
    const field = shape[name];
    return [name, field ? mapSensitive(field, old, change) : old];
  };
  return Object.fromEntries(Object.entries(value).map(member));
};

const BLOCK = /^[0-9A-Za-z+/]{342}==$/;

/**
 * A copy of a JSON value in which whatever looks like a ciphertext went through `open`. Knows no schema, so that
 * a field that was encrypted, or not, against the schema shows up.
 */
export const mapCiphertexts = (
  value: unknown,
  open: (ciphertext: string, pointer: string) => string,
  pointer = '',
): unknown => {
  if (typeof value === 'string') return BLOCK.test(value) ? open(value, pointer) : value;
  if (Array.isArray(value)) {
    return value.map((item: unknown, at) => mapCiphertexts(item, open, `${pointer}/${at}`));
  }
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value);
  return Object.fromEntries(
    entries.map(([name, old]) => [name, mapCiphertexts(old, open, `${pointer}/${name}`)]),
  );
};
