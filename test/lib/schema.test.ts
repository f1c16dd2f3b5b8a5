import { describe, expect, it } from '@jest/globals';
import * as z from 'zod/mini';
import { NOT_DIGITS } from '../../lib/rules.ts';
import {
  answerText,
  choice,
  ciphertext,
  code,
  flag,
  isSensitive,
  type Meta,
  requiredWhen,
  sensitive,
  text,
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
    ['code', code(32, /^[0-9]+$/, NOT_DIGITS, meta)],
    ['choice', choice(['A'], meta)],
    ['flag', flag(meta)],
    ['answerText', answerText(meta)],
    ['ciphertext', ciphertext],
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
    const digits = code(3, /^\d+$/, NOT_DIGITS, meta);
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
