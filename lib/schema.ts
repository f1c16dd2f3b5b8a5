import * as z from 'zod/mini';

/**
 * The vocabulary of request schemas. A schema made of these is the only source of an endpoint's type, checks,
 * field encryption and OpenAPI entry.
 */
export type Meta = { description: string; examples: [unknown, ...unknown[]] };

/** RSA-2048 with OAEP and SHA-1 takes 256 − 2·20 − 2 bytes. */
export const MAX_SENSITIVE_BYTES = 214;

/** base64 of one RSA-2048 block: 256 bytes, so 342 characters and two of padding. */
const CIPHERTEXT = /^[0-9A-Za-z+/]{341}[AQgw]==$/;

/**
 * A length is asked of strings alone. zod asks whatever has a `length`, even after it has found the type wrong, and a
 * length may be an object that no number can be made of.
 */
const ofStrings = <C extends z.core.$ZodCheck<z.core.util.HasLength>>(check: C): C => {
  check._zod.def.when = ({ value }) => typeof value === 'string';
  return check;
};
const notEmpty = () => ofStrings(z.minLength(1));
const atMost = (max: number) => ofStrings(z.maxLength(max));

/** Decoders put U+FFFD where they could not read a byte, so the text is no longer what somebody wrote. */
const DAMAGE = /\uFFFD/;
export const isDamaged = (text: string): boolean => DAMAGE.test(text);

/**
 * What no name, number or id has. WeChat Pay takes characters of up to three UTF-8 bytes; a lone surrogate has no UTF-8
 * form and would arrive altered. The rest is what damaged or pasted text looks like, and encrypted nobody would see it.
 */
const FORBIDDEN = [
  [
    /[\uD800-\uDFFF\u{10000}-\u{10FFFF}]/u,
    'must not contain characters of four UTF-8 bytes (such as emoji) or lone surrogates',
  ],
  [DAMAGE, 'must not contain U+FFFD, which stands for what could not be decoded'],
  [/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u, 'must not contain control or invisible characters'],
  [/^\s|\s$/, 'must not begin or end with white space'],
] as const;
const characters = () =>
  FORBIDDEN.map(([pattern, error]) => z.refine<string>((value) => !pattern.test(value), { error }));

/** The same in words: no pattern for it is read alike by the regex engines of all languages. */
const CHARACTERS =
  'No characters of four UTF-8 bytes (such as emoji), no U+FFFD, no control or invisible characters, no white space at either end.';
const described = (meta: Meta) => z.meta({ ...meta, description: `${meta.description} ${CHARACTERS}` });

const sensitiveFields = z.registry<{ sensitive: true }>();

/**
 * Whether the schema of a field is marked sensitive: encrypted on its way to WeChat Pay, never logged. A schema
 * derived from a marked one, by .check() for instance, is marked too.
 */
export const isSensitive = (schema: z.core.$ZodType): boolean =>
  sensitiveFields.get(schema)?.sensitive === true;

/** A non-empty string; `max` in characters. */
export const text = (max: number | undefined, meta: Meta) =>
  z.string().check(notEmpty(), ...(max === undefined ? [] : [atMost(max)]), ...characters(), described(meta));

/** A non-empty string of an answer, of whatever characters WeChat Pay likes. */
export const answerText = (meta: Meta) => z.string().check(notEmpty(), z.meta(meta));

/** The same, where it may be empty: nobody's answer is to be thrown away for a member that says nothing. */
export const answerTextOrEmpty = (meta: Meta) => z.string().check(z.meta(meta));

/** A number of an answer. It is checked as one and passed on as it came. */
export const answerNumber = (meta: Meta) => z.number().check(z.meta(meta));

/**
 * A string of the characters `pattern` allows; `rule` says which, in words, for the error. The pattern is published, so
 * it keeps to what the regex engines of all languages read alike.
 */
export const code = (max: number, pattern: RegExp, rule: string, meta: Meta) =>
  z.string().check(notEmpty(), atMost(max), z.regex(pattern, rule), z.meta(meta));

/** A parameter in a path: of characters that look the same encoded and decoded, however often somebody does either. */
export const inPath = (max: number, meta: Meta) =>
  code(max, /^[0-9A-Za-z_-]+$/, 'may hold only digits, letters, _ and -', meta);

/** One of a closed list. */
export const choice = <const T extends [string, ...string[]]>(values: T, meta: Meta) =>
  z.enum(values).check(z.meta(meta));

/** True or false. */
export const flag = (meta: Meta) => z.boolean().check(z.meta(meta));

/** Personal data. Callers send plaintext of up to `max` characters and 214 bytes of UTF-8; it leaves encrypted. */
export const sensitive = (max: number | undefined, meta: Meta) =>
  z
    .string()
    .check(
      notEmpty(),
      atMost(max ?? MAX_SENSITIVE_BYTES),
      ...characters(),
      z.refine((value) => Buffer.byteLength(value) <= MAX_SENSITIVE_BYTES, {
        error: `must be at most ${MAX_SENSITIVE_BYTES} bytes of UTF-8`,
      }),
      described(meta),
    )
    .register(sensitiveFields, { sensitive: true });

/** What stands in a sensitive field when the caller encrypted it itself. */
export const ciphertext = z.string().check(
  z.regex(CIPHERTEXT, 'must be base64 of one RSA-2048 block (344 characters), as Wechatpay-Serial announces'),
  z.meta({
    description:
      'base64 of the value encrypted with the key that Wechatpay-Serial names (RSAES-OAEP with SHA-1).',
  }),
);

/**
 * Checks for an object: the members `required` must be there when `field` has one of `values`. JSON Schema's if/then
 * states the same rule to readers of the OpenAPI document.
 */
export const requiredWhen = (field: string, values: readonly string[], required: readonly string[]) => [
  ...required.map((member) =>
    z.refine<Record<string, unknown>>(
      (object) => !values.some((value) => value === object[field]) || object[member] !== undefined,
      { path: [member], error: `must be present when ${field} is ${values.join(' or ')}` },
    ),
  ),
  z.meta({
    if: { properties: { [field]: { enum: values } }, required: [field] },
    // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema; nobody awaits it.
    then: { required },
  }),
];
