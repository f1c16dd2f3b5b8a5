import { setTimeout as wait } from 'node:timers/promises';
import { asPresignError, fault, type PresignError, type Reason } from '../errors.ts';
import { type Language, TAGS } from '../language.ts';
import { authorization, makeNonce, requestMessage, type Signer } from './message.ts';
import { withPassableRequestId } from './passable.ts';
import type { PlatformKeys } from './platform-keys.ts';
import { type Asked, refusal } from './refusal.ts';
import { type Attempts, firstAttempt, planRetry } from './retry.ts';
import {
  type HttpRequest,
  type HttpResponse,
  type Send,
  TransportError,
  type TransportFailure,
} from './transport.ts';
import { claimsSignature, verifySigned } from './verifier.ts';
import { USER_AGENT } from './version.ts';

/** Who a call is made for. */
export type Merchant = {
  mchid: string;
  sign: Signer;
  /** The platform keys known now. */
  keys: () => PlatformKeys;
  /** Looks for the key `serial` names, or for any to encrypt with; safe to call often. Resolves with the map current afterwards. */
  refreshKeys: (serial?: string) => Promise<PlatformKeys>;
};

/** One attempt, for metrics. `reason` is absent when it succeeded. */
export type AttemptReport = { attempt: number; durationMs: number; status?: number; reason?: Reason };

/** The time a call has. */
export type Budget = {
  /** Milliseconds left for attempts. */
  remainingMs: () => number;
  signal?: AbortSignal | undefined;
};

/** `submitted`: what the caller sent, and what of it is sent on; no error, and no id, repeats a string of it. */
export type Call = Budget &
  Asked & {
    method: 'GET' | 'POST';
    /** Absolute path with its query, as sent. */
    path: string;
    /** The bytes signed and sent by every attempt; empty for none. */
    body: Buffer;
    /** Wechatpay-Serial: the key the body is encrypted with, which WeChat Pay then signs its answer with. */
    platformSerial: string | undefined;
    /** The language that errors are asked for in; WeChat Pay's own choice is Chinese. It is not signed. */
    language?: Language | undefined;
    /** Keys that the answer itself carries, by which it may be verified. */
    keysIn?: (response: HttpResponse) => PlatformKeys;
    /** Refusals that are an answer all the same, and so are believed when verified alone. */
    expects?: (refused: PresignError) => boolean;
    report?: ((attempt: AttemptReport) => void) | undefined;
  };

export type ClientOptions = {
  send: Send;
  /** Milliseconds one attempt may take. */
  timeoutMs: number;
  /** Milliseconds since the epoch. */
  now?: () => number;
  /** Milliseconds; rejects when the signal aborts. */
  sleep?: (ms: number, signal: AbortSignal | undefined) => Promise<unknown>;
  jitter?: () => number;
};

/** Sends a signed call, as often as it takes within reason, and answers with a 2xx, or what it `expects`, verified. */
export type Exchange = (merchant: Merchant, call: Call) => Promise<HttpResponse>;

const TRANSPORT_FAULTS: Record<TransportFailure, (cause: TransportError) => PresignError> = {
  unreachable: (cause) => fault('SERVICE_UNAVAILABLE', 'wechatpay_unreachable', { cause, retryAfter: 5 }),
  stale: (cause) => fault('GATEWAY_TIMEOUT', 'wechatpay_reset', { cause }),
  reset: (cause) => fault('GATEWAY_TIMEOUT', 'wechatpay_reset', { cause }),
  timeout: (cause) => fault('GATEWAY_TIMEOUT', 'wechatpay_timeout', { cause }),
  oversized: (cause) => fault('BAD_GATEWAY', 'wechatpay_malformed', { cause }),
  aborted: (cause) => fault('GATEWAY_TIMEOUT', 'deadline', { cause }),
};

/** After these nobody knows whether WeChat Pay has acted. */
const isOutcomeUnknown = ({ reason }: PresignError): boolean =>
  reason.startsWith('verification_') || UNKNOWN_OUTCOMES.has(reason);
const UNKNOWN_OUTCOMES: ReadonlySet<Reason> = new Set([
  'wechatpay_server_error',
  'wechatpay_reset',
  'wechatpay_timeout',
  'wechatpay_malformed',
  'deadline',
]);

/**
 * Content-Type also for a POST without a body: the rules have no exception, and wechatpay-go sends it.
 * https://pay.weixin.qq.com/docs/merchant/development/interface-rules/basic-rules.html
 */
const headersFor = (call: Call, authorizationValue: string): Record<string, string> => ({
  Accept: 'application/json',
  'User-Agent': USER_AGENT,
  Authorization: authorizationValue,
  ...(call.platformSerial === undefined ? {} : { 'Wechatpay-Serial': call.platformSerial }),
  ...(call.language === undefined ? {} : { 'Accept-Language': TAGS[call.language] }),
  ...(call.method === 'POST' ? { 'Content-Type': 'application/json' } : {}),
});

/**
 * @returns the exchange every call to WeChat Pay goes through: sign → send → verify. Attempts repeat the same body
 *   bytes under a new nonce, timestamp and signature: encrypting again would make it another request.
 */
export const createExchange = ({
  send,
  timeoutMs,
  now = Date.now,
  sleep = (ms, signal) => wait(ms, undefined, { signal }),
  jitter = Math.random,
}: ClientOptions): Exchange => {
  const signCall = async (merchant: Merchant, call: Call): Promise<HttpRequest> => {
    const { method, path, body } = call;
    const once = { nonce: makeNonce(), timestamp: Math.floor(now() / 1000) };
    const signature = await merchant.sign(requestMessage({ method, path, body, ...once }));
    return { method, path, body, headers: headersFor(call, authorization({ ...signature, ...once })) };
  };

  const sendTo = (host: number, request: HttpRequest, call: Call): Promise<HttpResponse> => {
    const options = {
      host,
      timeoutMs: Math.max(1, Math.min(timeoutMs, call.remainingMs())),
      signal: call.signal,
    };
    return send(request, options).catch((error: unknown) => {
      throw error instanceof TransportError ? TRANSPORT_FAULTS[error.failure](error) : error;
    });
  };

  const judge = async (merchant: Merchant, call: Call, response: HttpResponse): Promise<void> => {
    const success = response.status >= 200 && response.status < 300;
    const refused = success ? undefined : refusal(response, call, now());
    const answered = refused === undefined || call.expects?.(refused) === true;
    const verdict = response.status >= 400 && response.status < 500 && response.status !== 429;
    // A refused download is reported and changes nothing; who has no keys yet could not verify it anyway.
    if (answered || (verdict && claimsSignature(response) && call.keysIn === undefined)) {
      const keys = (success && call.keysIn?.(response)) || merchant.keys();
      await verifySigned(response, { keys, refreshKeys: merchant.refreshKeys, now });
    }
    if (refused !== undefined && !answered) throw refused;
  };

  const attempt = async (merchant: Merchant, call: Call, attempts: Attempts): Promise<HttpResponse> => {
    const request = await signCall(merchant, call);
    // Signing may have used up the time: what is sent now nobody would hear the answer to.
    if (call.remainingMs() <= 0) throw fault('GATEWAY_TIMEOUT', 'deadline');
    const started = performance.now();
    const report = (outcome: { status?: number; reason?: Reason }): void =>
      call.report?.({
        attempt: attempts.made + attempts.stale,
        durationMs: performance.now() - started,
        ...outcome,
      });
    let status: { status?: number } = {};
    try {
      const response = withPassableRequestId(await sendTo(attempts.host, request, call), call.submitted);
      status = { status: response.status };
      await judge(merchant, call, response);
      report(status);
      return response;
    } catch (thrown) {
      const error = asPresignError(thrown);
      report({ ...status, reason: error.reason });
      throw error;
    }
  };

  return async (merchant, call) => {
    let attempts = firstAttempt;
    let uncertain = false;
    for (;;) {
      try {
        return await attempt(merchant, call, attempts);
      } catch (thrown) {
        const error = asPresignError(thrown);
        uncertain ||= isOutcomeUnknown(error);
        error.uncertain = uncertain;
        const retry = planRetry(attempts, error, call.remainingMs(), jitter);
        if (retry === undefined || call.signal?.aborted) throw error;
        await sleep(retry.delayMs, call.signal).catch(() => {
          throw error;
        });
        attempts = retry.attempts;
      }
    }
  };
};
