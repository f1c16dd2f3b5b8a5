import { constants, privateDecrypt } from 'node:crypto';
import { beforeAll, describe, expect, it } from '@jest/globals';
import * as z from 'zod/mini';
import { type Meta, sensitive, text } from '../../../lib/schema.ts';
import { readTree, sensitivePaths } from '../../../lib/schema-tree.ts';
import type { PlatformKey } from '../../../lib/wechatpay/platform-keys.ts';
import { encryptSensitive, withCiphertexts } from '../../../lib/wechatpay/sensitive.ts';
import { generateRsaKeyPair, type KeyPair } from '../../../sandbox/pki.ts';
import { fc } from '../../support/fast-check.ts';
import { platformKeyOf } from '../../support/protocol.ts';

const meta: Meta = { description: 'A field.', examples: ['x'] };
let pair: KeyPair;
let key: PlatformKey;
beforeAll(async () => {
  pair = await generateRsaKeyPair();
  key = platformKeyOf('PUB_KEY_ID_1', pair.publicKeyPem);
});

const decrypt = (base64: unknown): string => {
  const padding = { padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha1' };
  return privateDecrypt(
    { key: pair.privateKey, ...padding },
    Buffer.from(String(base64), 'base64'),
  ).toString();
};

const pathsOf = (schema: z.ZodMiniType) => sensitivePaths(readTree(schema));

/** The body as it is sent. */
const encrypt = (schema: z.ZodMiniType, body: unknown): unknown =>
  withCiphertexts(pathsOf(schema), body as object, encryptSensitive(pathsOf(schema), body as object, key));

/** Any character of the basic plane that has a UTF-8 form and may stand anywhere in a text. */
const character = fc
  .oneof(
    fc.integer({ min: 0, max: 0x7f }),
    fc.integer({ min: 0x80, max: 0x7ff }),
    fc.integer({ min: 0x800, max: 0xd7ff }),
    fc.integer({ min: 0xe000, max: 0xffff }),
  )
  .map((point) => String.fromCodePoint(point))
  .filter((one) => !/[\p{Control}\p{Format}\p{Separator}\uFFFD]/u.test(one));
const plaintext = fc.string({ unit: character, minLength: 1, maxLength: 214, size: 'max' }).map((value) => {
  let fitting = value;
  while (Buffer.byteLength(fitting) > 214) fitting = fitting.slice(0, -1);
  return fitting;
});

describe('encryptSensitive', () => {
  it('makes what decrypts (OAEP, SHA-1) to the string itself, for every string the schema lets through', () => {
    const schema = sensitive(undefined, meta);
    fc.assert(
      fc.property(plaintext, (value) => {
        expect(schema.safeParse(value).success).toBe(true);
        const ciphertext = encrypt(schema, value);
        expect(ciphertext).toMatch(/^[0-9A-Za-z+/]{342}==$/);
        expect(decrypt(ciphertext)).toBe(value);
      }),
    );
  });

  it('makes another ciphertext each time', () => {
    const schema = sensitive(undefined, meta);
    expect(encrypt(schema, '张三')).not.toBe(encrypt(schema, '张三'));
  });

  it('goes through optional members and arrays, and leaves absent members absent', () => {
    const schema = z.strictObject({
      name: sensitive(undefined, meta),
      phone: z.optional(sensitive(undefined, meta)),
      cards: z.array(z.strictObject({ number: sensitive(undefined, meta), bank: text(32, meta) })),
      identity: z.optional(z.strictObject({ number: sensitive(undefined, meta) })),
    });
    const value = {
      name: '张三',
      cards: [
        { number: '1', bank: 'CMC' },
        { number: '2', bank: 'ICBC' },
      ],
    };
    const encrypted = encrypt(schema, value) as typeof value;
    expect(Object.keys(encrypted)).toEqual(['name', 'cards']);
    expect(decrypt(encrypted.name)).toBe('张三');
    expect(encrypted.cards.map(({ number, bank }) => [decrypt(number), bank])).toEqual([
      ['1', 'CMC'],
      ['2', 'ICBC'],
    ]);
  });
});

describe('withCiphertexts', () => {
  const schema = z.strictObject({
    name: sensitive(undefined, meta),
    cards: z.optional(z.array(z.strictObject({ number: sensitive(undefined, meta) }))),
  });
  const cards = [{ number: '1' }, { number: '2' }];

  it('sends no sensitive field in clear whose ciphertext was forgotten', () => {
    const paths = pathsOf(schema);
    const { '/name': name = '', ...others } = encryptSensitive(paths, { name: '张三', cards }, key);
    expect(Object.keys(others)).toEqual(['/cards/0/number', '/cards/1/number']);
    expect(() => withCiphertexts(paths, { name: '张三', cards }, others)).toThrow(TypeError);
    expect(() => withCiphertexts(paths, { name: '张三', cards }, { '/name': name })).toThrow(TypeError);
    expect(() => withCiphertexts(paths, { name: '张三', cards }, { ...others, '/name': name })).not.toThrow();
  });

  it.each([
    ['text in the place of an array', { name: 'x', cards: '6222' }],
    ['an object in the place of an array', { name: 'x', cards: { number: '6222' } }],
    ['text in the place of an object', { name: 'x', cards: ['6222'] }],
    ['null in the place of an object', { name: 'x', cards: [null] }],
  ])('looks for no field past %s, where it would be overlooked', (_, body) => {
    expect(() => encryptSensitive(pathsOf(schema), body, key)).toThrow(TypeError);
  });
});

/** A schema with a value it accepts; `reveal` undoes the encryption where the schema is marked, and nowhere else. */
type Sample = { schema: z.ZodMiniType; value: unknown; reveal: (encrypted: unknown) => unknown };
const marked: fc.Arbitrary<Sample> = fc
  .string({ unit: character, minLength: 1, maxLength: 60 })
  .map((value) => ({ schema: sensitive(undefined, meta), value, reveal: decrypt }));
const plain: fc.Arbitrary<Sample> = fc
  .oneof(
    fc.string().map((value) => ({ schema: z.string(), value })),
    fc.boolean().map((value) => ({ schema: z.boolean(), value })),
    fc.integer().map((value) => ({ schema: z.number(), value })),
  )
  .map((leaf) => ({ ...leaf, reveal: (same: unknown) => same }));
const objectOf = (member: fc.Arbitrary<Sample>): fc.Arbitrary<Sample> =>
  fc
    .dictionary(fc.stringMatching(/^[a-z_]{1,8}$/), member, { maxKeys: 4, noNullPrototype: true })
    .map((members) => ({
      schema: z.strictObject(
        Object.fromEntries(Object.entries(members).map(([name, { schema }]) => [name, schema])),
      ),
      value: Object.fromEntries(Object.entries(members).map(([name, { value }]) => [name, value])),
      reveal: (encrypted) =>
        Object.fromEntries(
          Object.entries(encrypted as object).map(([name, value]) => [name, members[name]?.reveal(value)]),
        ),
    }));
const { sample } = fc.letrec<{ sample: Sample }>((tie) => ({
  sample: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    marked,
    plain,
    objectOf(tie('sample')),
    tie('sample').map(({ schema, value, reveal }) => ({ schema: z.optional(schema), value, reveal })),
    fc.tuple(tie('sample'), fc.integer({ min: 0, max: 3 })).map(([{ schema, value, reveal }, length]) => ({
      schema: z.array(schema),
      value: Array(length).fill(value),
      reveal: (encrypted: unknown) => (encrypted as unknown[]).map(reveal),
    })),
  ),
}));

describe('encryptSensitive, on any body', () => {
  it('changes nothing but the marked fields, and the object it was given not at all', () => {
    fc.assert(
      fc.property(objectOf(sample), ({ schema, value, reveal }) => {
        const before = structuredClone(value);
        const encrypted = encrypt(schema, value);
        expect(value).toEqual(before);
        expect(reveal(encrypted)).toEqual(before);
      }),
    );
  });
});
