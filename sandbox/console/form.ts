import type { ToldEndpoint, ToldField } from '../told.ts';
import type { JsonObject } from '../types.ts';

/** What was entered, by JSON pointer; of path and query by `/path/name` and `/query/name`. Empty is not sent. */
export type Values = Record<string, string>;
export type Issue = 'required' | 'number' | 'json' | 'values' | 'pattern' | { readonly max: number };
export type Issues = Record<string, Issue>;

/** As WeChat Pay names places. */
export const PLACES = { inPath: '/path', inQuery: '/query', body: '/body' } as const;
export type Place = keyof typeof PLACES;

export const pointerTo = (at: string, { name }: ToldField): string => `${at}/${name}`;

const isFilled = (field: ToldField, at: string, values: Values): boolean =>
  field.members
    ? field.members.some((member) => isFilled(member, pointerTo(at, member), values))
    : (values[at] ?? '') !== '';

/** What breaks a rule. A part that may be left out, and is empty, breaks none. */
export const checkFields = (fields: readonly ToldField[], at: string, values: Values): Issues =>
  Object.assign({}, ...fields.map((field) => checkField(field, pointerTo(at, field), values)));

function checkField(field: ToldField, at: string, values: Values): Issues {
  if (field.members)
    return field.required || isFilled(field, at, values) ? checkFields(field.members, at, values) : {};
  const issue = issueOf(field, values[at] ?? '');
  return issue === undefined ? {} : { [at]: issue };
}

function issueOf(
  { kind, required, max, plain, pattern, values }: ToldField,
  text: string,
): Issue | undefined {
  if (text === '') return required ? 'required' : undefined;
  if (kind === 'integer') return Number.isSafeInteger(Number(text)) ? undefined : 'number';
  if (kind === 'array') return parsed(text) === undefined ? 'json' : undefined;
  // That of a sensitive field is the length of its ciphertext.
  const most = kind === 'sensitive' ? plain : max;
  if (most !== undefined && text.length > most) return { max: most };
  if (values && !values.includes(text)) return 'values';
  return pattern !== undefined && !new RegExp(pattern).test(text) ? 'pattern' : undefined;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The body that was entered. What cannot be read as its kind goes as it is. */
export const bodyOf = (fields: readonly ToldField[], at: string, values: Values): JsonObject =>
  Object.fromEntries(
    fields
      .filter((field) => isFilled(field, pointerTo(at, field), values))
      .map((field) => [field.name, readValue(field, pointerTo(at, field), values)]),
  );

function readValue(field: ToldField, at: string, values: Values): unknown {
  if (field.members) return bodyOf(field.members, at, values);
  const text = values[at] ?? '';
  return field.kind === 'string' || field.kind === 'sensitive' ? text : (parsed(text) ?? text);
}

/** Path and query, each value percent-encoded. */
export function targetOf({ path, inPath, inQuery }: ToldEndpoint, values: Values): string {
  const filled = inPath.reduce(
    (target, field) =>
      target.replace(`{${field.name}}`, encodeURIComponent(values[pointerTo(PLACES.inPath, field)] ?? '')),
    path,
  );
  const query = inQuery
    .map((field) => [field.name, values[pointerTo(PLACES.inQuery, field)] ?? ''] as const)
    .filter(([, value]) => value !== '')
    .map(([name, value]) => `${name}=${encodeURIComponent(value)}`);
  return query.length === 0 ? filled : `${filled}?${query.join('&')}`;
}

/** An example's values by their pointers. */
export const valuesOf = (value: unknown, at: string): Values =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.assign({}, ...Object.entries(value).map(([name, inner]) => valuesOf(inner, `${at}/${name}`)))
    : { [at]: typeof value === 'string' ? value : JSON.stringify(value) };
