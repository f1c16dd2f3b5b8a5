import { describe, expect, it } from '@jest/globals';
import Negotiator from 'negotiator';
import { CATALOGUE } from '../../lib/errors.ts';
import { languageOf, say, type Words } from '../../lib/language.ts';
import * as rules from '../../lib/rules.ts';
import { WITHHELD } from '../../lib/wechatpay/passable.ts';
import { fc } from '../support/fast-check.ts';

describe('languageOf', () => {
  it.each([
    [
      'en',
      [
        'en',
        'EN',
        'en-GB',
        'en-Latn-US',
        'fr, en;q=0.1',
        'en;q=0.9, zh;q=0.8',
        'en, zh',
        'zh;q=0, *',
        'en\t;\tq=1.000',
      ],
    ],
    [
      'zh',
      ['zh', 'zh-CN', 'zh-Hans-CN', 'zh-TW', '*', 'en;q=0.5, *', 'zh-HK, en;q=0.9', 'en;q=0.8, zh;q=0.9'],
    ],
    // Nobody we can please.
    ['zh', [undefined, '', 'fr', 'fr, de;q=0.5', 'en;q=0', 'zh;q=0', 'english', 'zhx']],
    // No ranges, or no weights, of RFC 9110.
    [
      'zh',
      [
        'en;q=2',
        'en;q=-1',
        'en;q=.5',
        'en;q=0.1234',
        'en;q=abc',
        'en;',
        'en q=1',
        'en_GB',
        ';;;',
        ',,,',
        '=',
        '\0',
      ],
    ],
    ['en', ['en, ;;;', 'en_GB, en', 'zh;q=1.5, en;q=0.1']],
  ] as const)('is %s for each of %j', (language, headers) => {
    expect(headers.map((header) => [header, languageOf(header)])).toEqual(
      headers.map((header) => [header, language]),
    );
  });

  it('agrees with negotiator on whatever prefers one of the two', () => {
    // Between equal weights negotiator looks at how exact a range is first, and we at which comes first.
    const weights = fc.uniqueArray(fc.integer({ min: 0, max: 1_000 }), { minLength: 1, maxLength: 6 });
    const names = fc.uniqueArray(fc.constantFrom('zh', 'en', '*', 'fr', 'de', 'zho'), {
      minLength: 6,
      maxLength: 6,
    });
    fc.assert(
      fc.property(weights, names, (all, ranges) => {
        const header = all.map((weight, at) => `${ranges[at]};q=${(weight / 1_000).toFixed(3)}`).join(', ');
        const judge = new Negotiator({ headers: { 'accept-language': header } });
        expect([header, languageOf(header)]).toEqual([header, judge.language(['zh', 'en']) ?? 'zh']);
      }),
    );
  });

  it('is one of the two for any header', () => {
    fc.assert(fc.property(fc.string(), (header) => expect(['zh', 'en']).toContain(languageOf(header))));
  });
});

it('say leaves alone what somebody else has said', () => {
  expect([say('参数错误', 'en'), say({ zh: '甲', en: 'a' }, 'en'), say({ zh: '甲', en: 'a' }, 'zh')]).toEqual(
    ['参数错误', 'a', '甲'],
  );
});

/** Every sentence of ours; those about something, about this. */
const sentences: Words[] = [
  ...Object.values(CATALOGUE).map(({ message }) => message),
  WITHHELD,
  ...Object.values(rules).filter((rule) => typeof rule !== 'function'),
  rules.notOfType('string'),
  rules.longerThan(32),
  rules.largerThan(214),
  rules.noneOf(['A', 'B']),
  rules.missingFor('mode', ['A', 'B']),
  rules.unknownOnes(2, 'member', ['id', 'name']),
];

it.each(sentences)('says the same in both languages: $en', ({ en, zh }) => {
  expect(en).not.toMatch(/\p{Script=Han}/u);
  expect(zh).toMatch(/\p{Script=Han}/u);
  // Numbers, names of headers and members, values. Of files each language has its own.
  const facts = (text: string) =>
    [...text.replaceAll(/docs\/\S+/g, '').matchAll(/\d+|[\w-]*[_/:][\w/-]*|[A-Z]\w*-[\w-]+|\b[A-Z]{1,3}\b/g)]
      .map(([fact]) => fact)
      .sort();
  expect(facts(zh)).toEqual(facts(en));
});
