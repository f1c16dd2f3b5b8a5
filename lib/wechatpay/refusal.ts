import { type Code, fault, PresignError, type Reason } from '../errors.ts';
import { type Said, say } from '../language.ts';
import { isPassableCode, passableDetail, passableMessage } from './passable.ts';
import { createQuoteFinder } from './quotes.ts';
import type { HttpResponse } from './transport.ts';
import { isClockOff, requestIdOf } from './verifier.ts';

const DEFAULT_RETRY_AFTER = 1;
const MAX_RETRY_AFTER = 3_600;
/** What is ours lasts until somebody acts. */
const OURS_RETRY_AFTER = 60;

/** Seconds that a Retry-After header (seconds or an HTTP date) asks for, at least 1 and at most an hour. */
export const retryAfterOf = ({ headers }: HttpResponse, now: number): number | undefined => {
  const value = headers['retry-after'] ?? '';
  const date = value.endsWith(' GMT') ? Math.ceil((Date.parse(value) - now) / 1_000) : Number.NaN;
  const seconds = /^\d{1,9}$/.test(value) ? Number(value) : date;
  return Number.isNaN(seconds) ? undefined : Math.min(Math.max(seconds, 1), MAX_RETRY_AFTER);
};

/** An answer outside 2xx. `code` and `message` are there when it is in WeChat Pay's shape; both may be passed on. */
type Refused = {
  status: number;
  code: string | undefined;
  message: Said;
  /** Our clock and that of the answer's Date are too far apart. */
  clockOff: boolean;
  /** The caller has encrypted, and so has named the platform key. */
  callersKey: boolean;
};

type Row = {
  /** What WeChat Pay answers, in the words of docs/errors.md. */
  when: string;
  matches: (refused: Refused) => boolean;
  whose: 'ours' | 'passing' | 'the caller’s';
  /** What the caller gets; absent where status and code pass through. */
  code?: Code;
  reason: Reason;
  /** Who says so. */
  source: string;
};

const RULES = 'https://pay.weixin.qq.com/docs/merchant/development/interface-rules/basic-rules.html';
const SIGNATURE_FAQS =
  'https://pay.weixin.qq.com/docs/partner/development/interface-rules/signature-faqs.html';
const PRE_SIGN = 'https://pay.weixin.qq.com/docs/merchant/apis/education-fee-payment/contracts/pre-sign.html';
const inShape = ({ code }: Refused): boolean => code !== undefined;

/**
 * Whose trouble a refusal is; the first row that matches counts. By status and code: the message is in a language of
 * WeChat Pay's choice. `ours` lasts until an operator acts, and the same request then succeeds. docs/errors.md shows
 * this table; a test compares the two.
 */
export const REFUSALS: readonly Row[] = [
  {
    when: '429',
    matches: ({ status }) => status === 429,
    whose: 'passing',
    code: 'RATELIMIT_EXCEEDED',
    reason: 'wechatpay_rate_limited',
    source: PRE_SIGN,
  },
  {
    when: '503',
    matches: ({ status }) => status === 503,
    whose: 'passing',
    code: 'SERVICE_UNAVAILABLE',
    reason: 'wechatpay_server_error',
    source: RULES,
  },
  {
    when: 'any other 5xx',
    matches: ({ status }) => status >= 500,
    whose: 'passing',
    code: 'BAD_GATEWAY',
    reason: 'wechatpay_server_error',
    source: RULES,
  },
  {
    when: 'anything that is not JSON with `code` and `message`',
    matches: (refused) => !inShape(refused) || refused.status < 400,
    whose: 'passing',
    code: 'BAD_GATEWAY',
    reason: 'wechatpay_malformed',
    source: RULES,
  },
  {
    when: '401, when its `Date` is over 300 s off our clock',
    matches: ({ status, clockOff }) => status === 401 && clockOff,
    whose: 'ours',
    code: 'SERVICE_UNAVAILABLE',
    reason: 'clock_off',
    source: SIGNATURE_FAQS,
  },
  {
    when: 'any other 401 (`SIGN_ERROR`)',
    matches: ({ status }) => status === 401,
    whose: 'ours',
    code: 'SERVICE_UNAVAILABLE',
    reason: 'signature_refused',
    source: SIGNATURE_FAQS,
  },
  {
    when: '403 `NO_AUTH`',
    matches: ({ status, code }) => status === 403 && code === 'NO_AUTH',
    whose: 'ours',
    code: 'SERVICE_UNAVAILABLE',
    reason: 'permission_missing',
    source: PRE_SIGN,
  },
  {
    // The only words looked at: a header's name is the same in every language.
    when: '400 `PARAM_ERROR` about `Wechatpay-Serial`, unless the caller sent that header',
    matches: ({ status, code, message, callersKey }) =>
      status === 400 &&
      code === 'PARAM_ERROR' &&
      say(message, 'en').includes('Wechatpay-Serial') &&
      !callersKey,
    whose: 'ours',
    code: 'SERVICE_UNAVAILABLE',
    reason: 'platform_key_refused',
    source: 'https://github.com/wechatpay-apiv3/wechatpay-java/issues/200',
  },
  {
    when: 'any other 4xx',
    matches: () => true,
    whose: 'the caller’s',
    reason: 'wechatpay_refused',
    source: RULES,
  },
];

const parseBody = (body: Buffer): Record<string, unknown> => {
  try {
    // Spread, whatever is no object has no `code`.
    return { ...(JSON.parse(body.toString('utf8')) as object | null) };
  } catch {
    return {};
  }
};

/** For the operator: the log has its name, which is WeChat Pay's code. */
const said = ({ code = '', message }: Refused): Error =>
  Object.assign(new Error(say(message, 'en')), { name: code });

/** What the request was: `submitted` JSON values, plain and encrypted, that no error may repeat. */
export type Asked = { submitted: readonly unknown[]; callersKey?: boolean | undefined };

/**
 * The error for an answer outside 2xx. A 4xx about the request passes through with its status and code; of what is
 * ours the caller only learns that it is.
 */
export const refusal = (response: HttpResponse, asked: Asked, now: number): PresignError => {
  const { status } = response;
  const { code, message, detail } = parseBody(response.body);
  const quotes = createQuoteFinder(asked.submitted);
  const shaped = typeof code === 'string' && typeof message === 'string' && isPassableCode(code, quotes);
  const refused: Refused = {
    status,
    code: shaped ? code : undefined,
    message: shaped ? passableMessage(message, quotes) : '',
    clockOff: isClockOff(response, now),
    callersKey: asked.callersKey === true,
  };
  const requestId = requestIdOf(response);
  const row = REFUSALS.find(({ matches }) => matches(refused));
  if (row?.code === undefined) {
    const answer = { code: refused.code ?? '', status, retryable: false, message: refused.message };
    const passed = passableDetail(detail, quotes);
    return new PresignError(answer, 'wechatpay_refused', { requestId, detail: passed });
  }
  if (row.whose === 'ours')
    return fault(row.code, row.reason, { requestId, retryAfter: OURS_RETRY_AFTER, cause: said(refused) });
  const retryAfter =
    row.code === 'BAD_GATEWAY' ? {} : { retryAfter: retryAfterOf(response, now) ?? DEFAULT_RETRY_AFTER };
  return fault(row.code, row.reason, { requestId, ...retryAfter });
};
