import type { PresignError, Reason } from '../errors.ts';
import { TransportError } from './transport.ts';

/** Attempts in all; a dead kept-alive connection and a rejected answer have their own, smaller allowances. */
const MAX_ATTEMPTS = 3;
const BASE_DELAY_MS = 200;
const MAX_DELAY_MS = 2_000;
/** An attempt with less time than this left would only replace one error by another. */
const MIN_ATTEMPT_MS = 500;

/** Outcomes that may come out differently when the same bytes are sent again a little later. */
const TRANSIENT: ReadonlySet<Reason> = new Set([
  'wechatpay_rate_limited',
  'wechatpay_server_error',
  'wechatpay_reset',
  'wechatpay_timeout',
]);

/** What has been tried so far in one call. `host`: 0 is the primary. */
export type Attempts = { made: number; rejected: number; unreachable: number; stale: number; host: number };

export const firstAttempt: Attempts = { made: 1, rejected: 0, unreachable: 0, stale: 0, host: 0 };

/** The next attempt and how long to wait for it. */
export type Retry = { attempts: Attempts; delayMs: number };

const isStale = (error: PresignError): boolean =>
  error.cause instanceof TransportError && error.cause.failure === 'stale';

const isRejected = (error: PresignError): boolean => error.reason.startsWith('verification_');

const next = (attempts: Attempts, error: PresignError, jitter: () => number): Retry | undefined => {
  const { made, rejected, unreachable, stale, host } = attempts;
  // A thawed Lambda finds its sockets dead: once, that costs nothing, whatever else happens later.
  if (isStale(error) && stale === 0) return { attempts: { ...attempts, stale: 1 }, delayMs: 0 };
  if (made >= MAX_ATTEMPTS) return undefined;
  const onward = { ...attempts, made: made + 1 };
  if (isRejected(error)) {
    return rejected === 0 ? { attempts: { ...onward, rejected: 1 }, delayMs: 0 } : undefined;
  }
  const ceiling = Math.min(MAX_DELAY_MS, BASE_DELAY_MS * 2 ** (made - 1));
  if (error.reason === 'wechatpay_unreachable') {
    // Nothing was sent, so the other host can be asked at once; after that, politeness applies.
    const attemptsThere = { ...onward, unreachable: 1, host: host + 1 };
    return { attempts: attemptsThere, delayMs: unreachable === 0 ? 0 : jitter() * ceiling };
  }
  if (!TRANSIENT.has(error.reason)) return undefined;
  const asked = error.retryAfter === undefined ? 0 : error.retryAfter * 1_000;
  return { attempts: onward, delayMs: asked + jitter() * ceiling };
};

/**
 * Whether, when and where to send the same bytes again after `error`. `undefined`: no more, the error stands.
 * @param remainingMs time left to make attempts in, answer included.
 * @param jitter uniform in [0, 1): full jitter, so that callers that failed together do not return together.
 */
export const planRetry = (
  attempts: Attempts,
  error: PresignError,
  remainingMs: number,
  jitter: () => number = Math.random,
): Retry | undefined => {
  const retry = next(attempts, error, jitter);
  return retry && retry.delayMs + MIN_ATTEMPT_MS <= remainingMs ? retry : undefined;
};
