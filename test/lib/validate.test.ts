import { describe, expect, it } from '@jest/globals';
import * as z from 'zod/mini';
import { errorBody, PresignError } from '../../lib/errors.ts';
import type { Language } from '../../lib/language.ts';
import { NOT_DIGITS } from '../../lib/rules.ts';
import { choice, code, flag, type Meta, requiredWhen, sensitive, text } from '../../lib/schema.ts';
import { badHeader, checkBody, checkParameters } from '../../lib/validate.ts';
import { fc } from '../support/fast-check.ts';

const meta: Meta = { description: 'A field.', examples: ['x'] };
const schema = z
  .strictObject({
    id: text(4, meta),
    code: code(8, /^\d+$/, { en: 'may hold only digits', zh: '只能是数字' }, meta),
    mode: z.optional(choice(['ANY', 'CARD'], meta)),
    fallback: z.optional(flag(meta)),
    name: sensitive(undefined, meta),
    card: z.optional(z.strictObject({ number: sensitive(undefined, meta), bank: z.optional(text(8, meta)) })),
    phones: z.optional(z.array(z.strictObject({ phone: sensitive(undefined, meta) }))),
  })
  .check(...requiredWhen('mode', ['CARD'], ['card']));
const good = { id: 'a', code: '1', name: '张三' };

const refusalOf = (check: () => unknown): PresignError => {
  try {
    check();
  } catch (error) {
    if (error instanceof PresignError) return error;
    throw error;
  }
  throw new Error('expected a refusal');
};
const errorOf = (body: unknown, checked: z.ZodMiniType<object> = schema): PresignError =>
  refusalOf(() => checkBody(checked, body));
const detailOf = (body: unknown, language: Language = 'en'): unknown =>
  errorBody(errorOf(body), language).detail;

describe('checkBody', () => {
  it('answers with the body', () => {
    expect(checkBody(schema, { ...good, mode: 'CARD', card: { number: '6222' } })).toEqual({
      ...good,
      mode: 'CARD',
      card: { number: '6222' },
    });
  });

  it.each<[string, unknown, string, string]>([
    ['missing', { ...good, id: undefined }, '/id', 'must be present and of type string'],
    ['null', { ...good, id: null }, '/id', 'must be present and of type string'],
    ['of another type', { ...good, fallback: 'true' }, '/fallback', 'must be present and of type boolean'],
    ['empty', { ...good, id: '' }, '/id', 'must not be empty'],
    ['too long', { ...good, id: 'abcde' }, '/id', 'must be at most 4 characters long'],
    ['of other characters', { ...good, code: 'x' }, '/code', 'may hold only digits'],
    ['not in the list', { ...good, mode: 'any' }, '/mode', 'must be one of ANY, CARD'],
    ['too many bytes', { ...good, name: '张'.repeat(72) }, '/name', 'must be at most 214 bytes of UTF-8'],
    ['missing for another', { ...good, mode: 'CARD' }, '/card', 'must be present when mode is CARD'],
    ['deeper', { ...good, card: {} }, '/card/number', 'must be present and of type string'],
    [
      'in a list',
      { ...good, phones: [{ phone: '1' }, { phone: '' }] },
      '/phones/1/phone',
      'must not be empty',
    ],
    [
      'unknown',
      { ...good, x: 1 },
      '',
      'has 1 unknown member; the members here are id, code, mode, fallback, name, card, phones',
    ],
    [
      'unknown, twice',
      { ...good, card: { number: '1', x: 1, y: 1 } },
      '/card',
      'has 2 unknown members; the members here are number, bank',
    ],
    [
      'unknown in a list',
      { ...good, phones: [{ phone: '1', x: 1 }] },
      '/phones/0',
      'has 1 unknown member; the members here are phone',
    ],
    [
      'an object that will not be measured',
      { ...good, id: { length: { toString: 1, valueOf: 1 } } },
      '/id',
      'must be present and of type string',
    ],
    [
      'an object that will not be compared',
      { ...good, mode: { toString: 1, valueOf: 1 } },
      '/mode',
      'must be one of ANY, CARD',
    ],
    [
      'damaged',
      { ...good, name: '\uFFFD' },
      '/name',
      'must not contain U+FFFD, which stands for what could not be decoded',
    ],
    [
      'of invisible characters',
      { ...good, id: '\u200Ba' },
      '/id',
      'must not contain control or invisible characters',
    ],
    ['blank', { ...good, name: ' ' }, '/name', 'must not begin or end with white space'],
    ['no object', [], '', 'must be present and of type object'],
  ])('names the one field that is %s, as one object', (_, body, field, issue) => {
    expect(detailOf(body)).toEqual({ field, issue, location: 'body' });
    expect(errorOf(body)).toMatchObject({ code: 'PARAM_ERROR', status: 400, reason: 'request_invalid' });
  });

  it.each(['😀', '𬱖'])(
    'names four-byte characters for what they are, and where help is: %s',
    (character) => {
      const found = (language: Language) => detailOf({ ...good, name: `张${character}` }, language);
      expect(found('en')).toMatchObject({
        field: '/name',
        issue: expect.stringMatching(/four .*emoji.*rare.*docs\/errors\.md/),
      });
      expect(found('zh')).toMatchObject({
        field: '/name',
        issue: expect.stringMatching(/四个字节.*生僻字.*docs\/zh-CN\/errors\.md/),
      });
    },
  );

  it('says all in Chinese, too', () => {
    expect(detailOf({ ...good, id: '', code: 'x', x: 1 }, 'zh')).toEqual([
      { field: '/id', issue: '不能为空', location: 'body' },
      { field: '/code', issue: '只能是数字', location: 'body' },
      {
        field: '',
        issue: '有 1 个文档里没有的成员；这里可以有：id、code、mode、fallback、name、card、phones',
        location: 'body',
      },
    ]);
  });

  it.each([null, undefined, 'text', 7, true, []])('refuses %p as a body', (body) => {
    expect(detailOf(body)).toMatchObject({ field: '', location: 'body' });
  });

  it('names several fields as an array, each once with the first rule it breaks', () => {
    expect(detailOf({ id: '😀😀😀😀😀', code: 'too long and no digits', name: '' })).toEqual([
      { field: '/id', issue: 'must be at most 4 characters long', location: 'body' },
      { field: '/code', issue: 'must be at most 8 characters long', location: 'body' },
      { field: '/name', issue: 'must not be empty', location: 'body' },
    ]);
  });

  it('does not take an inherited member for one that is there', () => {
    expect(detailOf({ ...good, id: undefined, toString: 1 })).toHaveLength(2);
    expect(detailOf(JSON.parse('{"__proto__":{"id":"a"},"code":"1","name":"a"}'))).not.toBeUndefined();
  });
});

describe('no detail ever tells what was submitted', () => {
  // An alphabet that occurs in no text of ours: whatever shows up of it was submitted.
  const alien = fc.string({
    unit: fc.constantFrom('Ж', 'Щ', 'ф', 'ω', '😀', '\uD83D'),
    minLength: 1,
    maxLength: 300,
  });
  const number = fc.integer({ min: 7_777_777_000, max: 7_777_777_999 });
  const value = fc.letrec((tie) => ({
    any: fc.oneof(
      { depthSize: 'small' },
      alien,
      number,
      fc.constantFrom(null, true, ''),
      fc.array(tie('any'), { maxLength: 3 }),
      fc.dictionary(alien, tie('any'), { maxKeys: 3 }),
    ),
  })).any;
  const body = fc
    .tuple(
      fc.record(
        {
          id: value,
          code: value,
          mode: value,
          fallback: value,
          name: value,
          card: fc.oneof(value, fc.record({ number: value, bank: value }, { requiredKeys: [] })),
          phones: fc.oneof(value, fc.array(fc.record({ phone: value }))),
        },
        { requiredKeys: [] },
      ),
      fc.dictionary(alien, value, { maxKeys: 3 }),
    )
    .map(([known, unknown]) => ({ ...unknown, ...known }));

  it('neither a value nor the name of a member nobody documented', () => {
    fc.assert(
      fc.property(body, (submitted) => {
        fc.pre(!schema.safeParse(submitted).success);
        const error = errorOf(submitted);
        const told = JSON.stringify([errorBody(error, 'zh'), errorBody(error, 'en')]);
        expect(told).not.toMatch(/[ЖЩфω😀]|\\ud83d|7777777/iu);
      }),
      { numRuns: 500 },
    );
  });
});

describe('checkParameters', () => {
  const parameters = z.strictObject({ id: text(4, meta), mode: z.optional(choice(['ANY', 'CARD'], meta)) });
  const detailOf = (...given: [string, string][]) =>
    errorBody(
      refusalOf(() => checkParameters(parameters, 'query', given)),
      'en',
    ).detail;

  it('has them in the order of the schema, whatever the order they came in', () => {
    const given = [['mode', 'ANY'] as const, ['id', '1'] as const];
    expect(Object.entries(checkParameters(parameters, 'query', given))).toEqual(given.toReversed());
  });

  it('names each wrong one, the rule it breaks and where it stands', () => {
    expect(detailOf(['mode', 'x'])).toEqual([
      { field: 'id', issue: 'must be present and of type string', location: 'query' },
      { field: 'mode', issue: 'must be one of ANY, CARD', location: 'query' },
    ]);
    expect(detailOf(['id', '1'], ['mode', 'ANY'], ['id', '1'])).toEqual({
      field: 'id',
      issue: 'must be given once',
      location: 'query',
    });
  });

  it.each(['unheard_of', '__proto__', 'constructor', 'toString', ''])('names no unknown one: %j', (name) => {
    const issue = 'has 1 unknown parameter; the parameters here are id, mode';
    expect(detailOf(['id', '1'], [name, 'x'])).toEqual({ field: '', issue, location: 'query' });
    expect(detailOf(['id', '1'], [name, 'x'], [name, 'y'])).toEqual({ field: '', issue, location: 'query' });
  });

  it('says that there are none where there are none', () => {
    const none = z.strictObject({});
    expect(refusalOf(() => checkParameters(none, 'path', [['id', '1']])).detail).toMatchObject({
      issue: {
        en: 'has 1 unknown parameter; the parameters here are none',
        zh: '有 1 个文档里没有的参数；这里可以有：无',
      },
      location: 'path',
    });
  });
});

describe('badHeader', () => {
  it('names the header', () => {
    expect(badHeader('Wechatpay-Mchid', NOT_DIGITS)).toMatchObject({
      code: 'PARAM_ERROR',
      detail: { field: 'Wechatpay-Mchid', issue: NOT_DIGITS, location: 'header' },
    });
  });
});
