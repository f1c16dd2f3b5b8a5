import { randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import * as z from 'zod/mini';
import {
  answerText,
  choice,
  code,
  flag,
  isSensitive,
  type Meta,
  requiredWhen,
  sensitive,
  text,
  withCiphertext,
} from '../../lib/schema.ts';
import { HOSTILE } from '../support/hostile.ts';

const meta: Meta = { description: 'A field.', examples: ['x'] };
const accepts = (schema: z.ZodMiniType, value: unknown): boolean => schema.safeParse(value).success;

describe('sensitive', () => {
  const field = sensitive(undefined, meta);

  it.each([
    ['1 byte', 'a', 214],
    ['2 bytes', 'é', 107],
    ['3 bytes', '张', 71],
  ])('takes 214 bytes and no more, in characters of %s', (_, character, most) => {
    expect(accepts(field, character.repeat(most))).toBe(true);
    expect(accepts(field, character.repeat(most + 1))).toBe(false);
  });

  it('counts bytes, not characters, at the very boundary', () => {
    expect(accepts(field, `${'张'.repeat(71)}a`)).toBe(true);
    expect(accepts(field, `${'张'.repeat(71)}é`)).toBe(false);
  });

  it('counts characters up to a limit of its own', () => {
    expect(accepts(sensitive(64, meta), '张'.repeat(64))).toBe(true);
    expect(accepts(sensitive(64, meta), 'a'.repeat(65))).toBe(false);
    // 64 characters of three bytes fit; the byte limit stays in force all the same.
    expect(accepts(sensitive(100, meta), '张'.repeat(72))).toBe(false);
  });

  it('is marked, and remains so in an endpoint that narrows it further', () => {
    expect(isSensitive(field)).toBe(true);
    expect(isSensitive(text(32, meta))).toBe(false);
    expect(isSensitive(field.check(z.regex(/^\d+$/)))).toBe(true);
  });
});

describe.each([
  ['text', text(32, meta)],
  ['sensitive', sensitive(32, meta)],
])('%s', (_, field) => {
  it.each([
    ['nothing at all', undefined],
    ['null', null],
    ['an empty string', ''],
    ['a number', 1],
    ['an emoji', 'a😀'],
    ['a rare ideograph of four bytes', '𠮷'],
    ['a high surrogate alone', 'a\uD83D'],
    ['a low surrogate alone', '\uDE00b'],
    ['surrogates in the wrong order', '\uDE00\uD83D'],
    ['what could not be decoded', '\uFFFD\uFFFD'],
    ['NUL', 'a\0'],
    ['a line feed', 'a\nb'],
    ['a tab', 'a\tb'],
    ['DEL', 'a\x7F'],
    ['a control character of the second set', 'a\x85b'],
    ['a byte order mark', '\uFEFFa'],
    ['a leading zero-width space', '\u200Ba'],
    ['a zero-width joiner', 'a\u200Db'],
    ['a change of direction', '\u202Da\u202C'],
    ['a soft hyphen', 'a\u00ADb'],
    ['a line separator', 'a\u2028b'],
    ['a blank', ' '],
    ['blanks of Chinese width', '\u3000\u3000'],
    ['no-break spaces', '\u00A0'],
    ['a blank before', ' a'],
    ['a blank after', 'a\u3000'],
  ])('refuses %s', (__, value) => {
    expect(accepts(field, value)).toBe(false);
  });

  it.each(['\uD7FF', '\uE000', '\uFFFF', '·', '藏'])('takes %j, which has at most three bytes', (value) => {
    expect(accepts(field, value)).toBe(true);
  });

  it.each(['阿卜杜拉·买买提', 'Anna Maria Smith', '张　三', 'O’Neill-García', '京A·12345'])(
    'takes %j as people write it',
    (value) => {
      expect(accepts(field, value)).toBe(true);
    },
  );

  it('says in words what no pattern of every language could', () => {
    expect(z.toJSONSchema(field)).not.toHaveProperty('pattern');
    expect(z.toJSONSchema(field).description).toMatch(/^A field\. No characters of four UTF-8 bytes/);
  });
});

describe('a check', () => {
  it.each([
    ['text', text(32, meta)],
    ['text of any length', text(undefined, meta)],
    ['sensitive', sensitive(32, meta)],
    ['code', code(32, /^[0-9]+$/, 'may hold only digits', meta)],
    ['choice', choice(['A'], meta)],
    ['flag', flag(meta)],
    ['answerText', answerText(meta)],
    ['ciphertext', withCiphertext(z.strictObject({ name: sensitive(64, meta) })).shape.name],
  ])('of %s is made of its own type alone: it asks no object for its length', (_, field) => {
    for (const json of HOSTILE) {
      const { error } = field.safeParse(JSON.parse(json));
      expect(error?.issues).toHaveLength(1);
    }
  });

  it('of a condition compares, and makes no text of what it compares', () => {
    const anything = z.looseObject({}).check(...requiredWhen('mode', ['CARD', '1'], ['card']));
    for (const json of HOSTILE) expect(anything.safeParse(JSON.parse(`{"mode":${json}}`)).success).toBe(true);
    expect(anything.safeParse({ mode: 'CARD' }).success).toBe(false);
  });
});

describe('the text of an answer', () => {
  it.each(['token', ' ', '\uFFFD', '😀', '\0'])('may be %j: it is not ours to refuse', (value) => {
    expect(accepts(answerText(meta), value)).toBe(true);
  });

  it('is never empty', () => {
    expect(accepts(answerText(meta), '')).toBe(false);
  });
});

describe('code, choice and flag', () => {
  it('hold what they name', () => {
    const digits = code(3, /^\d+$/, 'may hold only digits', meta);
    expect(['123', '1', '', '1234', 'a', '1\n', '１'].map((value) => accepts(digits, value))).toEqual([
      true,
      true,
      false,
      false,
      false,
      false,
      false,
    ]);
    expect(['A', 'a', '', undefined].map((value) => accepts(choice(['A', 'B'], meta), value))).toEqual([
      true,
      false,
      false,
      false,
    ]);
    expect([true, false, 'true', 0].map((value) => accepts(flag(meta), value))).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });
});

describe('withCiphertext', () => {
  const encrypted = withCiphertext(z.strictObject({ name: sensitive(64, meta) }));
  const takes = (name: unknown): boolean => accepts(encrypted, { name });

  it('takes the base64 of any 256 bytes', () => {
    const block = fc.uint8Array({ minLength: 256, maxLength: 256 });
    fc.assert(fc.property(block, (bytes) => takes(Buffer.from(bytes).toString('base64'))));
  });

  it('refuses every other length', () => {
    const other = fc.uint8Array({ maxLength: 600, size: 'max' }).filter(({ length }) => length !== 256);
    fc.assert(fc.property(other, (bytes) => !takes(Buffer.from(bytes).toString('base64'))));
    for (const length of [0, 214, 255, 257, 384, 512]) {
      expect(takes(randomBytes(length).toString('base64'))).toBe(false);
    }
  });

  it('refuses what decodes to 256 bytes but is not their one base64', () => {
    const canonical = randomBytes(256).toString('base64');
    const dirty = 'BCDEFGHIJKLMNOPRSTUVWXYZabcdefhijklmnopqrstuvxyz0123456789+/';
    const variants = [
      canonical.slice(0, -2),
      canonical.slice(0, -1),
      `${canonical}=`,
      `${canonical}\n`,
      ` ${canonical}`,
      `${canonical.slice(0, 100)}\n${canonical.slice(100)}`,
      Buffer.alloc(256, 0xfb).toString('base64url'),
      `${Buffer.alloc(256, 0xfb).toString('base64url')}==`,
      ...[...dirty].map((last) => `${canonical.slice(0, 341)}${last}==`),
    ];
    expect(variants.filter(takes)).toEqual([]);
    expect(takes(canonical)).toBe(true);
  });

  it('takes no plaintext, whatever it is', () => {
    fc.assert(fc.property(fc.string({ unit: 'grapheme', maxLength: 64 }), (plaintext) => !takes(plaintext)));
  });

  it('keeps conditional rules, strictness, optional members and all other fields as they were', () => {
    const block = randomBytes(256).toString('base64');
    const schema = withCiphertext(
      z
        .strictObject({
          mode: choice(['CARD', 'ANY'], meta),
          card: z.optional(z.strictObject({ number: sensitive(undefined, meta), bank: text(4, meta) })),
          phones: z.optional(z.array(sensitive(undefined, meta))),
        })
        .check(...requiredWhen('mode', ['CARD'], ['card'])),
    );
    const card = { number: block, bank: 'CMC' };
    expect(schema.safeParse({ mode: 'CARD', card, phones: [block] })).toMatchObject({ success: true });
    expect(schema.safeParse({ mode: 'ANY' })).toMatchObject({ success: true });
    const refused = [
      { mode: 'CARD' },
      { mode: 'ANY', card: { ...card, number: '6222' } },
      { mode: 'ANY', card: { ...card, bank: 'LONGER' } },
      { mode: 'ANY', card: { number: block } },
      { mode: 'ANY', phones: [block, '138'] },
      { mode: 'ANY', other: 1 },
      { mode: 'ANY', card: { ...card, other: 1 } },
    ];
    expect(refused.filter((body) => schema.safeParse(body).success)).toEqual([]);
    expect(schema.safeParse({ mode: 'CARD' }).error?.issues).toMatchObject([{ path: ['card'] }]);
  });

  it('leaves the schema it was given alone', () => {
    const schema = z.strictObject({ name: sensitive(64, meta) });
    withCiphertext(schema);
    expect(accepts(schema, { name: '张三' })).toBe(true);
  });

  const secret = () => sensitive(undefined, meta);
  it.each<[string, z.ZodMiniType]>([
    ['union', z.union([secret(), z.string()])],
    ['discriminated union', z.discriminatedUnion('k', [z.object({ k: z.literal('a'), v: secret() })])],
    ['intersection', z.intersection(z.object({ a: secret() }), z.object({}))],
    ['record', z.record(z.string(), secret())],
    ['tuple', z.tuple([secret()])],
    ['lazy', z.lazy(secret)],
    ['nullable', z.nullable(secret())],
    ['default', z._default(secret(), 'x')],
    ['prefault', z.prefault(secret(), 'x')],
    ['catch', z.catch(secret(), 'x')],
    ['readonly', z.readonly(secret())],
    ['nonoptional', z.nonoptional(z.optional(secret()))],
    ['pipe', z.pipe(secret(), z.string())],
    ['map', z.map(z.string(), secret())],
    ['set', z.set(secret())],
    ['any', z.any()],
    ['unknown', z.unknown()],
    ['catchall', z.catchall(z.object({}), secret())],
  ])('refuses to look past a %s, where a sensitive field could hide', (_, field) => {
    const build = () => withCiphertext(z.strictObject({ outer: z.optional(z.array(field)) }));
    expect(build).toThrow(TypeError);
    expect(build).toThrow(/request schema/);
  });
});
