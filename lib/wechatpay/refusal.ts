import { fault, PresignError } from '../errors.ts';
import type { HttpResponse } from './transport.ts';
import { requestIdOf } from './verifier.ts';

const DEFAULT_RETRY_AFTER = 1;
const MAX_RETRY_AFTER = 3_600;

/** Seconds that a Retry-After header (seconds or a date) asks for, at least 1 and at most an hour. */
export const retryAfterOf = ({ headers }: HttpResponse, now: number): number | undefined => {
  const value = headers['retry-after'];
  if (value === undefined) return undefined;
  const seconds = /^\d{1,9}$/.test(value) ? Number(value) : Math.ceil((Date.parse(value) - now) / 1_000);
  return Number.isNaN(seconds) ? undefined : Math.min(Math.max(seconds, 1), MAX_RETRY_AFTER);
};

/** Every string in a JSON value. */
export const stringsIn = (value: unknown): string[] => {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(stringsIn) : [];
};

/** WeChat Pay quotes what it refuses; a name or card number must not travel on in an error or a log. */
const scrubber = (submitted: readonly string[]) => {
  const longestFirst = [...new Set(submitted)].filter(Boolean).sort((a, b) => b.length - a.length);
  return (text: string): string =>
    longestFirst.reduce((cleaned, value) => cleaned.replaceAll(value, '***'), text);
};

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null;

const parseBody = (body: Buffer): Record<string, unknown> | undefined => {
  try {
    const parsed: unknown = JSON.parse(body.toString('utf8'));
    return isObject(parsed) ? parsed : undefined;
  } catch {
    return undefined;
  }
};

/** `field`, `issue` and `location` of a detail; never `value`, which is what was submitted, nor the signed text of a 401. */
const safeDetail = (detail: unknown, scrub: (text: string) => string): Record<string, string> | undefined => {
  if (!isObject(detail)) return undefined;
  const kept = ['field', 'issue', 'location'].flatMap((name) => {
    const member = detail[name];
    return typeof member === 'string' ? [[name, scrub(member)] as const] : [];
  });
  return kept.length > 0 ? Object.fromEntries(kept) : undefined;
};

/**
 * The error for an answer outside 2xx. A 4xx in WeChat Pay's shape passes through with its status and code; a 4xx
 * in any other shape did not come from the API and is no verdict on the request.
 * @param submitted every string of the request, plain and encrypted; removed wherever the answer quotes it.
 */
export const refusal = (response: HttpResponse, submitted: readonly string[], now: number): PresignError => {
  const requestId = requestIdOf(response);
  const { status } = response;
  const retryAfter = retryAfterOf(response, now);
  if (status === 429) {
    return fault('RATELIMIT_EXCEEDED', 'wechatpay_rate_limited', {
      requestId,
      retryAfter: retryAfter ?? DEFAULT_RETRY_AFTER,
    });
  }
  if (status === 503) {
    return fault('SERVICE_UNAVAILABLE', 'wechatpay_server_error', {
      requestId,
      retryAfter: retryAfter ?? DEFAULT_RETRY_AFTER,
    });
  }
  if (status >= 500) return fault('BAD_GATEWAY', 'wechatpay_server_error', { requestId });
  const { code, message, detail } = parseBody(response.body) ?? {};
  if (
    status < 400 ||
    typeof code !== 'string' ||
    !/^[A-Z][A-Z0-9_]{0,63}$/.test(code) ||
    typeof message !== 'string'
  ) {
    return fault('BAD_GATEWAY', 'wechatpay_malformed', { requestId });
  }
  const scrub = scrubber(submitted);
  return new PresignError({ code, status, retryable: false, message: scrub(message) }, 'wechatpay_refused', {
    requestId,
    detail: safeDetail(detail, scrub),
  });
};
