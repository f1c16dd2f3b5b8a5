import type { SignatureHeader } from './scheme.ts';

/**
 * What can go wrong, by where it does. Only the kinds of the last three groups, and `latency`, do what the
 * request asked for before they go wrong.
 */
export type Fault =
  /** A slow network on the way back: processed at once, answered after `ms`. Combines with another fault. */
  | { readonly kind: 'latency'; readonly ms: number }
  // Answered with an error, not processed.
  /** 429 RATELIMIT_EXCEEDED, with `Retry-After` (seconds) if given. */
  | { readonly kind: 'rate-limit'; readonly retryAfter?: number }
  /** 500 SYSTEM_ERROR. */
  | { readonly kind: 'system-error' }
  /** 503 SERVICE_UNAVAILABLE, with `Retry-After` (seconds) if given. */
  | { readonly kind: 'unavailable'; readonly retryAfter?: number }
  /** An unsigned HTML page of a gateway. */
  | { readonly kind: 'error-page'; readonly status: 500 | 502 }
  /** Any error answer; signed unless `signed` is false. */
  | {
      readonly kind: 'refuse';
      readonly status: number;
      readonly code: string;
      readonly message: string;
      readonly detail?: unknown;
      readonly signed?: boolean;
      readonly requestId?: string;
    }
  // No answer, not processed.
  | { readonly kind: 'reset' }
  | { readonly kind: 'hang' }
  // No answer, processed.
  | { readonly kind: 'reset-after' }
  | { readonly kind: 'hang-after' }
  /** Half of the body, then the connection is gone. */
  | { readonly kind: 'truncated-body' }
  // Answered, processed, and the signature does not hold.
  /** Over other bytes. */
  | { readonly kind: 'bad-signature' }
  /** WeChat Pay's own probe: `WECHATPAY/SIGNTEST/` and what looks like base64. */
  | { readonly kind: 'signtest' }
  /** By a key that nobody published, under a random serial. */
  | { readonly kind: 'unknown-serial' }
  /** Correctly signed at another time; `seconds` away (default 330, well past the 300 allowed). */
  | { readonly kind: 'stale-timestamp'; readonly direction?: 'past' | 'future'; readonly seconds?: number }
  /** Stripped on the way, as some proxies do; all of them by default. */
  | { readonly kind: 'missing-headers'; readonly names?: readonly SignatureHeader[] }
  | { readonly kind: 'wrong-signature-type' }
  /** The last letter or digit of the body changed after signing. */
  | { readonly kind: 'altered-body' }
  // Answered, processed, correctly signed, and not what the documentation says.
  | { readonly kind: 'wrong-shape'; readonly body: string }
  /** The right answer with padding, `bytes` long (default 8 MiB); `chunked`: without a Content-Length to warn. */
  | { readonly kind: 'oversized-body'; readonly bytes?: number; readonly chunked?: boolean }
  | { readonly kind: 'no-content' }
  /** The right answer under this Request-ID. */
  | { readonly kind: 'request-id'; readonly id: string };

export type FaultKind = Fault['kind'];
