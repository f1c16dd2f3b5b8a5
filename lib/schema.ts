import * as z from 'zod/mini';
import type { Words } from './language.ts';
import {
  DAMAGED,
  FOUR_BYTES,
  INVISIBLE,
  largerThan,
  missingFor,
  NOT_CIPHERTEXT,
  NOT_CODE,
  PADDED,
} from './rules.ts';

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

/** A rule of ours; `words` tell whoever breaks it. */
const rule = <T>(holds: (value: T) => boolean, words: Words, path?: string[]) =>
  z.refine<T>(holds, { params: { words }, ...(path === undefined ? {} : { path }) });

/** The words of a rule that was broken; undefined for what zod checks by itself. */
export const wordsOf = (issue: z.core.$ZodIssue): Words | undefined =>
  issue.code === 'custom' ? (issue.params?.['words'] as Words | undefined) : undefined;

/** Decoders put U+FFFD where they could not read a byte, so the text is no longer what somebody wrote. */
const DAMAGE = /\uFFFD/;
export const isDamaged = (text: string): boolean => DAMAGE.test(text);

/**
 * What no name, number or id has. WeChat Pay takes characters of up to three UTF-8 bytes
 * (https://pay.weixin.qq.com/docs/merchant/development/interface-rules/basic-rules.html); a lone surrogate has no UTF-8
 * form and would arrive altered. The rest is what damaged or pasted text looks like, and encrypted nobody would see it.
 */
const FORBIDDEN = [
  [/[\uD800-\uDFFF\u{10000}-\u{10FFFF}]/u, FOUR_BYTES],
  [DAMAGE, DAMAGED],
  [/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u, INVISIBLE],
  [/^\s|\s$/, PADDED],
] as const;
const characters = () =>
  FORBIDDEN.map(([pattern, words]) => rule<string>((value) => !pattern.test(value), words));

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

/** The pattern is published, so it keeps to what the regex engines of all languages read alike. */
const matching = (pattern: RegExp, words: Words, meta: object) => [
  rule<string>((value) => pattern.test(value), words),
  z.meta({ pattern: pattern.source, ...meta }),
];

/** A string of the characters `pattern` allows; `words` say which, for the error. */
export const code = (max: number, pattern: RegExp, words: Words, meta: Meta) =>
  z.string().check(notEmpty(), atMost(max), ...matching(pattern, words, meta));

/** A parameter in a path: of characters that look the same encoded and decoded, however often somebody does either. */
export const inPath = (max: number, meta: Meta) => code(max, /^[0-9A-Za-z_-]+$/, NOT_CODE, meta);

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
      rule((value) => Buffer.byteLength(value) <= MAX_SENSITIVE_BYTES, largerThan(MAX_SENSITIVE_BYTES)),
      described(meta),
    )
    .register(sensitiveFields, { sensitive: true });

/** What stands in a sensitive field when the caller encrypted it itself. */
export const ciphertext = z.string().check(
  ...matching(CIPHERTEXT, NOT_CIPHERTEXT, {
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
    rule<Record<string, unknown>>(
      (object) => !values.some((value) => value === object[field]) || object[member] !== undefined,
      missingFor(field, values),
      [member],
    ),
  ),
  z.meta({
    if: { properties: { [field]: { enum: values } }, required: [field] },
    // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema; nobody awaits it.
    then: { required },
  }),
];
