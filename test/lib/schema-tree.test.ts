import { randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import * as z from 'zod/mini';
import { defineEndpoint } from '../../lib/endpoint.ts';
import { EACH } from '../../lib/paths.ts';
import { answerText, choice, type Meta, requiredWhen, sensitive, text } from '../../lib/schema.ts';
import { withCiphertext } from '../../lib/schema-tree.ts';
import { fc } from '../support/fast-check.ts';

const meta: Meta = { description: 'A field.', examples: ['x'] };
const accepts = (schema: z.ZodMiniType, value: unknown): boolean => schema.safeParse(value).success;
const define = (request: z.ZodMiniType<object>, response: z.ZodMiniType<object> = z.looseObject({})) =>
  defineEndpoint({
    name: 'anEndpoint',
    path: '/v3/any',
    summary: 'Any',
    documentation: 'https://pay.weixin.qq.com/',
    request,
    response,
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
    const request = z.strictObject({ outer: z.optional(z.array(field)) });
    expect(() => withCiphertext(request)).toThrow(TypeError);
    expect(() => define(request)).toThrow(/^a schema cannot contain a '.+': at \/outer\/0$/);
    const response = z.looseObject({ outer: z.optional(z.array(field)) });
    expect(() => define(z.strictObject({}), response)).toThrow(/: at \/outer\/0$/);
  });
});

describe('an endpoint', () => {
  const secret = () => sensitive(undefined, meta);

  it('knows where its sensitive fields are, at whatever depth, and which fields of the answer are documented', () => {
    const { sensitive: paths, documented } = define(
      z.strictObject({
        plain: text(8, meta),
        people: z.optional(
          z.array(
            z.strictObject({ name: secret(), cards: z.array(z.optional(secret())), kind: text(8, meta) }),
          ),
        ),
        '~/odd': secret(),
      }),
      z.looseObject({
        id: answerText(meta),
        hints: z.optional(z.array(z.looseObject({ hint: answerText(meta) }))),
      }),
    );
    expect(paths).toEqual([['people', EACH, 'name'], ['people', EACH, 'cards', EACH], ['~/odd']]);
    expect(documented).toEqual([['id'], ['hints', EACH, 'hint']]);
  });

  it('may have no sensitive field', () => {
    expect(define(z.strictObject({ plain: text(8, meta) })).sensitive).toEqual([]);
  });

  it.each([
    ['takes members that nobody documented', z.looseObject({ name: secret() })],
    ['takes them inside', z.strictObject({ people: z.array(z.looseObject({ name: secret() })) })],
  ])('is refused when its request %s', (_, request) => {
    expect(() => define(request)).toThrow('a request is made of z.strictObject: anEndpoint');
  });

  it('is refused when its response could refuse a member that WeChat Pay adds', () => {
    const response = z.looseObject({ inner: z.strictObject({ id: answerText(meta) }) });
    expect(() => define(z.strictObject({}), response)).toThrow(
      'a response is made of z.looseObject: anEndpoint',
    );
  });
});
