/** What of another system's words may be passed on: of a grammar and a length, and without anything submitted. */
import type { Said, Words } from '../language.ts';
import { createQuoteFinder, type QuoteFinder } from './quotes.ts';
import type { HttpResponse } from './transport.ts';

const CODE = /^[A-Z][A-Z0-9_]{0,63}$/;
const REQUEST_ID = /^[0-9A-Za-z-]{1,64}$/;
/** A JSON pointer, or the name of a parameter or header. */
const FIELD = /^[\w./[\]-]{1,128}$/;
const LOCATION = /^[A-Za-z_-]{1,32}$/;
const MAX_MESSAGE = 512;
const MAX_ISSUE = 256;

/** Stands for a message that quotes what was submitted, or that nobody should have to read. */
export const WITHHELD: Words = {
  en: 'WeChat Pay refused the request. What it said is not passed on, for it may quote the request.',
  zh: '微信支付拒绝了该请求。它的说明可能引用了请求的内容，因此不转发。',
};

/**
 * What WeChat Pay documents for pre-sign endpoints
 * (https://pay.weixin.qq.com/docs/merchant/apis/education-fee-payment/contracts/pre-sign.html,
 * https://pay.weixin.qq.com/docs/partner/apis/campus-easy-pay/contracts/terminate-contract.html) and, for a
 * missing resource, wechatpay-php's README.
 */
export const DOCUMENTED_CODES = [
  'PARAM_ERROR',
  'INVALID_REQUEST',
  'SIGN_ERROR',
  'NO_AUTH',
  'NOT_ENOUGH',
  'NOT_FOUND',
  'RESOURCE_NOT_EXISTS',
  'RATELIMIT_EXCEEDED',
  'SYSTEM_ERROR',
] as const;
const documented: ReadonlySet<string> = new Set(DOCUMENTED_CODES);

export const isPassableCode = (code: string, quotes: QuoteFinder): boolean =>
  documented.has(code) || (CODE.test(code) && !quotes.inToken(code));

const passableText = (text: string, max: number, quotes: QuoteFinder): string | undefined => {
  // A real message ends with a tab.
  const oneLine = text.replaceAll(/\s+/g, ' ').trim();
  const readable = oneLine.length <= max && !/\p{C}/u.test(oneLine);
  return readable && !quotes.inText(text) ? oneLine : undefined;
};

export const passableMessage = (message: string, quotes: QuoteFinder): Said =>
  passableText(message, MAX_MESSAGE, quotes) ?? WITHHELD;

const passMatch = (value: unknown, grammar: RegExp, quotes: QuoteFinder): string | undefined =>
  typeof value === 'string' && grammar.test(value) && !quotes.inText(value) ? value : undefined;

/** `field`, `issue` and `location` of a detail; never `value`, which is what was submitted, nor the signed text of a 401. */
export const passableDetail = (detail: unknown, quotes: QuoteFinder): Record<string, string> | undefined => {
  if (typeof detail !== 'object' || detail === null) return undefined;
  const { field, issue, location } = detail as Record<string, unknown>;
  const members = {
    field: passMatch(field, FIELD, quotes),
    issue: typeof issue === 'string' ? passableText(issue, MAX_ISSUE, quotes) : undefined,
    location: passMatch(location, LOCATION, quotes),
  };
  const kept = Object.entries(members).filter(
    (member): member is [string, string] => member[1] !== undefined,
  );
  return kept.length > 0 ? Object.fromEntries(kept) : undefined;
};

/** The answer without its Request-ID, should that be none: it goes into logs, answers and events. */
export const withPassableRequestId = (
  response: HttpResponse,
  submitted: readonly unknown[],
): HttpResponse => {
  const id = response.headers['request-id'];
  if (typeof id === 'string' && REQUEST_ID.test(id) && !createQuoteFinder(submitted).inToken(id))
    return response;
  const { 'request-id': _, ...headers } = response.headers;
  return { ...response, headers };
};
