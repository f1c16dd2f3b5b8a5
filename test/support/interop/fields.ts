import { exampleOf } from '../../../lib/documents/endpoints.ts';
import type { Endpoint } from '../../../lib/endpoint.ts';
import { mapAt } from '../../../lib/paths.ts';

/** A full request in plaintext, from the schema's examples. */
export const requestOf = ({ request }: Endpoint): object => Object(exampleOf(request));

/** A copy of `body` in which every sensitive value of the endpoint went through `change`. */
export const mapSensitive = (
  { sensitive }: Endpoint,
  body: object,
  change: (text: string) => string,
): object => mapAt(body, sensitive, (value) => change(String(value))) as object;

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
