import { describe, expect, it } from '@jest/globals';
import { createQuoteFinder, stringsIn } from '../../../lib/wechatpay/quotes.ts';
import { fc } from '../../support/fast-check.ts';

const ID = '11010119900307757X';
const CARD = '6222021234567890128';
const BODY = {
  plan_id: '97619',
  openid: 'oUpF8uMuAJOM2pxb1Q',
  contract_mode: 'LIMIT_BANK_CARD',
  identity: { real_name: '张三', credential_type: 'ID_CARD', id_card_number: ID },
  bank_card: { bank_card_no: CARD, phone: '13800138000', valid_thru: '08/28' },
};
const inText = (text: string): boolean => createQuoteFinder([BODY]).inText(text);
const inToken = (token: string): boolean => createQuoteFinder([BODY]).inToken(token);

const perCharacter = (text: string, write: (code: number) => string): string =>
  [...text].map((one) => write(one.codePointAt(0) ?? 0)).join('');
const hex = (code: number, length: number): string => code.toString(16).padStart(length, '0');

/** Ways to write the same, each as found in some system's errors. */
const SPELLINGS: [string, (text: string) => string][] = [
  ['as it is', (text) => text],
  ['in lower case', (text) => text.toLowerCase()],
  [
    'in full width',
    (text) => perCharacter(text, (code) => String.fromCodePoint(code < 128 ? code + 0xfee0 : code)),
  ],
  ['parted by blanks', (text) => [...text].join(' ')],
  ['parted by dashes', (text) => [...text].join('-')],
  ['parted by entities', (text) => [...text].join('&nbsp;')],
  ['parted by zero-width characters', (text) => [...text].join('\u200b')],
  ['as \\u escapes', (text) => perCharacter(text, (code) => `\\u${hex(code, 4)}`)],
  ['as \\u{} escapes', (text) => perCharacter(text, (code) => `\\u{${hex(code, 1)}}`)],
  ['as %u escapes', (text) => perCharacter(text, (code) => `%u${hex(code, 4).toUpperCase()}`)],
  [
    'as \\x escapes',
    (text) => perCharacter(text, (code) => (code < 256 ? `\\x${hex(code, 2)}` : String.fromCodePoint(code))),
  ],
  ['as percent escapes', (text) => Buffer.from(text).toString('hex').replaceAll(/../g, '%$&')],
  ['as encodeURIComponent writes it', encodeURIComponent],
  ['as decimal entities', (text) => perCharacter(text, (code) => `&#${code};`)],
  ['as hexadecimal entities', (text) => perCharacter(text, (code) => `&#x${hex(code, 1)};`)],
  ['as entities without their ends', (text) => perCharacter(text, (code) => `&#x${hex(code, 1)}`)],
  ['as decimal ones without their ends', (text) => perCharacter(text, (code) => `&#${code}`)],
  ['four decodings deep', (text) => perCharacter(text, (code) => `&amp;amp;amp;#${code};`)],
  ['as entities in entities', (text) => perCharacter(text, (code) => `&amp;#${code};`)],
  [
    'as percent escapes of entities',
    (text) => encodeURIComponent(perCharacter(text, (code) => `&#${code};`)),
  ],
];

describe.each(SPELLINGS)('a value written %s', (_, spell) => {
  it.each([
    ['a name', '张三'],
    ['an ID number', ID],
    ['a card', CARD],
    ['an expiry', '08/28'],
    ['an openid', BODY.openid],
  ])('is found in a text: %s', (_kind, value) => {
    expect(inText(`参数 ${spell(value)} 有误`)).toBe(true);
  });
});

describe('a part of a value', () => {
  it.each([
    '1101011990******7X',
    '110101********757X',
    '****07757X',
    '尾号567890的银行卡',
    'mobile 138001*****',
    '622202 is no bank of ours',
    '100%622202',
    '\\x622202',
    '&a622202;',
    '622&#x110000;202',
    '622 plan_id 202',
    '％３６％３２％３２％３２％３０％３２',
  ])('is found from six letters and digits in a row: %s', (text) => {
    expect(inText(text)).toBe(true);
  });

  it.each(['11010********757X', '尾号0128的银行卡', '138****8000'])('is not found below that: %s', (text) => {
    expect(inText(text)).toBe(false);
  });

  it('is found where an entity parts it from what would be a name with it', () => {
    expect(createQuoteFinder([{ x622202: '622202' }]).inText('x&nbsp;&#54;22202')).toBe(true);
  });

  it('is found in whatever case it is, and for however many letters that case has', () => {
    expect(createQuoteFinder(['Straße']).inText('STRASSE')).toBe(true);
    expect(createQuoteFinder(['IVI']).inText('İvi')).toBe(true);
  });

  it('of two values that stand side by side is none', () => {
    expect(createQuoteFinder(['123abc', '456def']).inText('abc456')).toBe(false);
  });
});

describe('what is not found', () => {
  it.each([
    '签约模板非法，请检查plan_id',
    '/body/identity/id_card_number',
    '/body/bank_card/bank_card_no',
    'bank_card.valid_thru must not be empty',
    '请求中含有未在API文档中定义的参数',
    '商户号1900000001的权限未开通',
    '',
  ])('%s', (text) => {
    expect(inText(text)).toBe(false);
  });

  it('anything, when nothing was submitted', () => {
    const none = createQuoteFinder([]);
    expect([none.inText(ID), none.inToken(ID)]).toEqual([false, false]);
  });

  it('anything, when what was submitted has neither letters nor digits', () => {
    const blank = createQuoteFinder(['', ' ', '·']);
    expect([blank.inText('m1'), blank.inToken('m1')]).toEqual([false, false]);
  });

  it('what is five decodings deep: that bounds the work', () => {
    expect(inText(perCharacter('张三', (code) => `&amp;amp;amp;amp;#${code};`))).toBe(false);
  });

  it('a part of what is too long to be a plaintext', () => {
    const digits = Array.from({ length: 215 }, (_, at) => (at * at) % 10).join('');
    const isFound = (length: number) =>
      createQuoteFinder([digits.slice(0, length)]).inText(digits.slice(0, 40));
    expect([isFound(214), isFound(215)]).toEqual([true, false]);
  });

  it('a part of a ciphertext, but all of it', () => {
    const ciphertext = Buffer.alloc(256, 7).toString('base64');
    const found = createQuoteFinder([{ real_name: ciphertext }]);
    expect(found.inText(ciphertext.slice(0, 40))).toBe(false);
    expect(found.inText(`"${ciphertext}"`)).toBe(true);
  });
});

describe('a code or an id', () => {
  it.each([ID, ID.toLowerCase(), `ERROR_${CARD}`, '08AB-19900307-0', 'OUPF8UMUAJOM2PXB1Q', '13800138000'])(
    '%s holds a value, or eight of it in a row with a digit among them',
    (token) => {
      expect(inToken(token)).toBe(true);
    },
  );

  it('holds a value of six, or one of letters alone, only as a whole', () => {
    const { inToken: holds } = createQuoteFinder(['622202', 'ABCDEFGHI']);
    expect(['E-622202', 'E_ABCDEFGHI', 'E-62220', 'E_ABCDEFGH'].map(holds)).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });

  // Six digits of a number, a short value or a word in capitals stand in these by chance.
  it.each([
    '08F78BB4AF0610D302189C19202AFA9BF90128F8E2A204-268435461',
    '08622202ABCDEF-0',
    'BANK_CARD_INVALID',
    'ID_TYPE_INVALID',
    '97619',
  ])('%s does not', (token) => {
    expect(inToken(token)).toBe(false);
  });
});

describe('stringsIn', () => {
  it('finds every string at any depth, and no name of a member', () => {
    const value = { a: 'x', b: [{ c: 'y' }, 'z', 1, null, true], d: {}, e: '' };
    expect(stringsIn(value).sort()).toEqual(['', 'x', 'y', 'z']);
    expect([stringsIn(null), stringsIn(undefined), stringsIn(7)]).toEqual([[], [], []]);
  });
});

it('finds any value in any spelling, whatever stands around it', () => {
  const around = fc.string({ unit: fc.constantFrom(...' ,.;:"<>/[]{}()|、，。'), maxLength: 20 });
  const value = fc.string({
    unit: fc.constantFrom(...'0123456789ABCDEFXYZabcxyz张三李四王五'),
    minLength: 1,
    maxLength: 30,
  });
  const spelling = fc.constantFrom(...SPELLINGS.map(([, spell]) => spell));
  fc.assert(
    fc.property(value, spelling, around, around, (text, spell, before, after) => {
      expect(createQuoteFinder([{ name: text }]).inText(`${before}${spell(text)}${after}`)).toBe(true);
    }),
  );
});

it('takes any text without an error, and in time that grows with its length alone', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.array(fc.string({ unit: 'binary' })), (text, submitted) => {
      const found = createQuoteFinder(submitted);
      expect(typeof found.inText(text)).toBe('boolean');
      expect(typeof found.inToken(text)).toBe('boolean');
    }),
  );
  for (const piece of ['%', '\\u', '&#', '&amp;', '%41', '&amp;#37;'])
    expect(inText(piece.repeat(20_000))).toBe(false);
});
