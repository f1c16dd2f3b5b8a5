import { fileURLToPath } from 'node:url';
import { expect } from '@jest/globals';
import { endpointsIn, exampleOf } from '../../lib/documents/endpoints.ts';

export const MCHID = '1900000001';

/**
 * Personal data that nobody has: wherever a piece of it turns up, it came from these requests. No six characters of it
 * are digits alone, or letters of hexadecimal: ids and times have such, by chance.
 */
export const NAME = '金丝雀雀雀';
export const ID = 'CANARY1990Y307Y57X';
export const CARD = '6222CANARY45Y78R0128';
export const PHONE = '138CANARY00';

/** To be preloaded into a Lambda: makes the encryption throw an error that quotes what it was given. */
export const LEAKY_CRYPTO = fileURLToPath(new URL('./leaky-crypto.mjs', import.meta.url));

/** In any dress in which it might slip out. */
const TRACES = [NAME, ID, CARD, PHONE, 'CANARY'].flatMap((mark) => {
  const bytes = Buffer.from(mark);
  const escaped = JSON.stringify(mark).replace(/[^ -~]/g, (c) => `\\u${c.charCodeAt(0).toString(16)}`);
  const dresses = [mark, escaped.slice(1, -1), encodeURIComponent(mark), bytes.toString('hex')];
  return [...dresses, bytes.toString('base64').replace(/=+$/, '').slice(0, -1)];
});

/** Six letters and digits in a row of any of them, whatever stands between and in whatever width or case. */
const PARTS = [NAME, ID, CARD, PHONE].flatMap((mark) => {
  const bare = mark.toLowerCase();
  const size = Math.min(6, bare.length);
  return Array.from({ length: bare.length - size + 1 }, (_, at) => bare.slice(at, at + size));
});
const bareOf = (text: string): string =>
  text
    .normalize('NFKC')
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]/gu, '');

export const expectNoTrace = (text: string): void => {
  for (const trace of TRACES) expect(text).not.toContain(trace);
  const bare = bareOf(text);
  expect(PARTS.filter((part) => bare.includes(part))).toEqual([]);
};

const each = (text: string, write: (code: number) => string): string =>
  [...text].map((one) => write(one.codePointAt(0) ?? 0)).join('');
const hex = (code: number): string => code.toString(16).padStart(4, '0');

/** Ways in which another system may spell what it quotes. */
export const SPELLINGS: [string, (text: string) => string][] = [
  ['as it came', (text) => text],
  ['in the other case', (text) => text.toLowerCase()],
  ['in full width', (text) => each(text, (code) => String.fromCodePoint(code < 128 ? code + 0xfee0 : code))],
  ['parted by blanks', (text) => [...text].join(' ')],
  ['parted by dashes', (text) => [...text].join('-')],
  ['in HTML entities', (text) => each(text, (code) => `&#x${hex(code)};`)],
  ['in entities escaped once more', (text) => each(text, (code) => `&amp;#${code};`)],
  ['in \\u escapes', (text) => each(text, (code) => `\\u${hex(code)}`)],
  ['in percent escapes', (text) => Buffer.from(text).toString('hex').replaceAll(/../g, '%$&')],
  ['masked', (text) => (text.length > 8 ? `${text.slice(0, 6)}****${text.slice(-2)}` : text)],
  ['cut off', (text) => (text.length > 8 ? text.slice(-6) : text)],
];

/** The endpoint with most personal data. */
export const campusEndpoint = async () => {
  const campus = (await endpointsIn()).find(({ name }) => name === 'eduschoolpayContractsPresign');
  if (campus === undefined) throw new Error('the campus endpoint is gone');
  const body = {
    ...(exampleOf(campus.request) as object),
    identity: { real_name: NAME, credential_type: 'IDENTITY_CARD', id_card_number: ID },
    bank_card: { bank_card_no: CARD, phone: PHONE },
  };
  return { campus, body };
};
