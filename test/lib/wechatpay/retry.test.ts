import { describe, expect, it } from '@jest/globals';
import { fault, type PresignError, REASONS } from '../../../lib/errors.ts';
import { type Attempts, firstAttempt, planRetry, type Retry } from '../../../lib/wechatpay/retry.ts';
import { TransportError } from '../../../lib/wechatpay/transport.ts';
import { fc } from '../../support/fast-check.ts';

const PLENTY = 60_000;
const half = () => 0.5;

const errors = {
  serverError: fault('BAD_GATEWAY', 'wechatpay_server_error'),
  timeout: fault('GATEWAY_TIMEOUT', 'wechatpay_timeout'),
  reset: fault('GATEWAY_TIMEOUT', 'wechatpay_reset', { cause: new TransportError('reset') }),
  stale: fault('GATEWAY_TIMEOUT', 'wechatpay_reset', { cause: new TransportError('stale') }),
  unreachable: fault('SERVICE_UNAVAILABLE', 'wechatpay_unreachable', {
    cause: new TransportError('unreachable'),
    retryAfter: 5,
  }),
  limited: fault('RATELIMIT_EXCEEDED', 'wechatpay_rate_limited'),
  limited3s: fault('RATELIMIT_EXCEEDED', 'wechatpay_rate_limited', { retryAfter: 3 }),
  badSignature: fault('BAD_GATEWAY', 'verification_signature'),
  unknownSerial: fault('BAD_GATEWAY', 'verification_unknown_serial'),
} satisfies Record<string, PresignError>;
type Name = keyof typeof errors;

/** What a call does that meets these errors one after the other: a step each, `undefined` where it gives up. */
const plan = (names: readonly Name[], remainingMs = PLENTY): (Retry | undefined)[] => {
  let attempts: Attempts | undefined = firstAttempt;
  return names.map((name) => {
    const retry: Retry | undefined = attempts && planRetry(attempts, errors[name], remainingMs, half);
    attempts = retry?.attempts;
    return retry;
  });
};
/** The same as text: delay@host, or × for giving up. */
const steps = (...names: Name[]): string =>
  plan(names)
    .map((retry) => (retry ? `${retry.delayMs}@${retry.attempts.host}` : '×'))
    .join(' ');

describe('planRetry', () => {
  it.each<[string, Name[], string]>([
    ['5xx: twice, with doubling delays', ['serverError', 'serverError', 'serverError'], '100@0 200@0 ×'],
    ['time-outs: twice', ['timeout', 'timeout', 'timeout'], '100@0 200@0 ×'],
    ['resets: twice', ['reset', 'reset', 'reset'], '100@0 200@0 ×'],
    ['429: twice', ['limited', 'limited', 'limited'], '100@0 200@0 ×'],
    ['Retry-After comes on top', ['limited3s', 'limited3s', 'limited'], '3100@0 3200@0 ×'],
    [
      'no connection: at once to the other host, then back, politely',
      ['unreachable', 'unreachable', 'unreachable'],
      '0@1 200@2 ×',
    ],
    [
      'the other host is kept for what comes later',
      ['unreachable', 'serverError', 'serverError'],
      '0@1 200@1 ×',
    ],
    ['a late loss of connection changes the host too', ['serverError', 'unreachable'], '100@0 0@1'],
    [
      'a dead kept-alive socket is free',
      ['stale', 'serverError', 'serverError', 'serverError'],
      '0@0 100@0 200@0 ×',
    ],
    ['but once only: then it is a reset', ['stale', 'stale', 'stale', 'stale'], '0@0 100@0 200@0 ×'],
    [
      'free also as the last of all',
      ['serverError', 'serverError', 'stale', 'serverError'],
      '100@0 200@0 0@0 ×',
    ],
    ['a rejected answer: once, at once', ['badSignature', 'badSignature'], '0@0 ×'],
    [
      'one rejection in all, whatever the reason',
      ['badSignature', 'serverError', 'unknownSerial'],
      '0@0 200@0 ×',
    ],
    ['a rejected answer is an attempt', ['badSignature', 'serverError', 'serverError'], '0@0 200@0 ×'],
  ])('%s', (_, names, expected) => {
    expect(steps(...names)).toBe(expected);
  });

  it('repeats nothing else: the same bytes would meet the same end', () => {
    const repeated = REASONS.filter((reason) =>
      planRetry(firstAttempt, fault('BAD_GATEWAY', reason), PLENTY),
    );
    expect(repeated.sort()).toEqual([
      'verification_headers_missing',
      'verification_probe',
      'verification_signature',
      'verification_timestamp',
      'verification_unknown_serial',
      'wechatpay_rate_limited',
      'wechatpay_reset',
      'wechatpay_server_error',
      'wechatpay_timeout',
      'wechatpay_unreachable',
    ]);
  });

  it('spreads the delay over the whole range', () => {
    const delay = (jitter: number) =>
      planRetry(firstAttempt, errors.serverError, PLENTY, () => jitter)?.delayMs;
    expect(delay(0)).toBe(0);
    expect(delay(0.999)).toBeCloseTo(199.8);
  });

  it('gives up when the delay leaves less than half a second for the attempt', () => {
    const given = (error: PresignError, remainingMs: number) =>
      planRetry(firstAttempt, error, remainingMs, half)?.delayMs;
    expect(given(errors.serverError, 600)).toBe(100);
    expect(given(errors.serverError, 599)).toBeUndefined();
    expect(given(errors.limited3s, 3_600)).toBe(3_100);
    expect(given(errors.limited3s, 3_599)).toBeUndefined();
    expect(given(errors.stale, 499)).toBeUndefined();
    expect(given(errors.unreachable, -1)).toBeUndefined();
  });
});

describe('planRetry, in any sequence of errors', () => {
  const name = fc.constantFrom(...(Object.keys(errors) as Name[]));
  const sequence = fc.array(
    fc.record({
      error: fc.oneof(
        name.map((one): PresignError => errors[one]),
        fc
          .nat({ max: 3_600 })
          .map((retryAfter) => fault('RATELIMIT_EXCEEDED', 'wechatpay_rate_limited', { retryAfter })),
      ),
      took: fc.nat({ max: 6_000 }),
      jitter: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
    }),
    { minLength: 10, maxLength: 10 },
  );

  it('makes at most 4 attempts, in time, honouring Retry-After', () => {
    fc.assert(
      fc.property(sequence, fc.nat({ max: 30_000 }), (failures, time) => {
        let remaining = time;
        let attempts = firstAttempt;
        let made = 0;
        for (const { error, took, jitter } of failures) {
          made += 1;
          remaining -= took;
          const retry = planRetry(attempts, error, remaining, () => jitter);
          if (retry === undefined) break;
          expect(retry.delayMs).toBeGreaterThanOrEqual(0);
          // As a sum, the way it is decided: a tiny delay vanishes in it, and does not in the difference.
          expect(retry.delayMs + 500).toBeLessThanOrEqual(remaining);
          if (error.reason === 'wechatpay_rate_limited') {
            expect(retry.delayMs).toBeGreaterThanOrEqual((error.retryAfter ?? 0) * 1_000);
          }
          attempts = retry.attempts;
          remaining -= retry.delayMs;
        }
        expect(made).toBeLessThanOrEqual(4);
      }),
      { numRuns: 1_000 },
    );
  });
});
