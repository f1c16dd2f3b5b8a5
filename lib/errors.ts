/**
 * The closed catalogue of errors this service makes itself. `status` is what an HTTP caller gets, `retryable`
 * tells whether the same request may succeed later (for a queue: leave the message), `message` is all a caller
 * is told: no text of ours ever contains a submitted value. docs/errors.md describes every row; a test
 * compares the two.
 */
export const CATALOGUE = {
  PARAM_ERROR: { status: 400, retryable: false, message: 'The request is not valid; detail says where.' },
  NO_AUTH: { status: 403, retryable: false, message: 'This merchant is not set up here.' },
  PAYLOAD_TOO_LARGE: { status: 413, retryable: false, message: 'The body is larger than 64 KiB.' },
  REQUEST_IN_PROGRESS: {
    status: 409,
    retryable: true,
    message: 'This request is being worked on. Repeat it later to learn its outcome.',
  },
  REQUEST_ID_REUSED: {
    status: 422,
    retryable: false,
    message: 'This Idempotency-Key (request_id) was used before, for another body.',
  },
  UNSUPPORTED_MEDIA_TYPE: {
    status: 415,
    retryable: false,
    message: 'Send the body as JSON with Content-Type: application/json.',
  },
  RATELIMIT_EXCEEDED: {
    status: 429,
    retryable: true,
    message: 'WeChat Pay limits the rate of requests. Repeat the same request later.',
  },
  SYSTEM_ERROR: {
    status: 500,
    retryable: true,
    message: 'The service failed. Repeat the same request later.',
  },
  BAD_GATEWAY: {
    status: 502,
    retryable: true,
    message:
      'WeChat Pay did not give an answer that can be trusted; the outcome is unknown. Repeat the same request.',
  },
  SERVICE_UNAVAILABLE: {
    status: 503,
    retryable: true,
    message: 'The service cannot reach what it needs. Repeat the same request later.',
  },
  GATEWAY_TIMEOUT: {
    status: 504,
    retryable: true,
    message: 'WeChat Pay did not answer in time; the outcome is unknown. Repeat the same request.',
  },
} as const satisfies Record<string, { status: number; retryable: boolean; message: string }>;

export type Code = keyof typeof CATALOGUE;

/** What an operator is told in the log and the `reason` of a metric; callers never see it. docs/errors.md has a row for each. */
export const REASONS = [
  'request_invalid',
  'record_unreadable',
  'request_id_reused',
  'duplicate_in_progress',
  'outcomes_unavailable',
  'outcome_unpublished',
  'outcome_replayed',
  'notification_unpublished',
  'queue_unavailable',
  'merchant_unknown',
  'merchant_misconfigured',
  'api_v3_key_missing',
  'registry_unavailable',
  'kms_access_denied',
  'kms_disabled',
  'kms_invalid_state',
  'kms_key_missing',
  'kms_pending_deletion',
  'kms_throttled',
  'kms_timeout',
  'kms_unavailable',
  'kms_wrong_key',
  'platform_key_missing',
  'platform_key_unusable',
  'platform_key_refused',
  'signature_refused',
  'clock_off',
  'permission_missing',
  'wechatpay_refused',
  'wechatpay_rate_limited',
  'wechatpay_server_error',
  'wechatpay_unreachable',
  'wechatpay_reset',
  'wechatpay_timeout',
  'wechatpay_malformed',
  'verification_headers_missing',
  'verification_timestamp',
  'verification_unknown_serial',
  'verification_signature',
  'verification_probe',
  'refresh_failed',
  'deadline',
  'internal',
] as const;
export type Reason = (typeof REASONS)[number];

/** What lasts until somebody mends the merchant's set-up, or its key in KMS. */
export const LASTING: ReadonlySet<Reason> = new Set([
  'merchant_misconfigured',
  'api_v3_key_missing',
  'platform_key_missing',
  'platform_key_refused',
  'signature_refused',
  'clock_off',
  'permission_missing',
  'kms_access_denied',
  'kms_disabled',
  'kms_invalid_state',
  'kms_key_missing',
  'kms_pending_deletion',
  'kms_wrong_key',
]);

/** One wrong field. `field`: JSON pointer into the body, or the name of a header or parameter; '' is the whole of it. */
export type Detail = { field: string; issue: string; location: 'body' | 'header' | 'path' | 'query' };

type Extra = {
  /** Our own constant text instead of the catalogue's. */
  message?: string;
  detail?: unknown;
  /** Seconds. */
  retryAfter?: number;
  /** WeChat Pay's Request-ID, when an answer carried one. */
  requestId?: string | undefined;
  /** Whether WeChat Pay may have acted all the same: an attempt ended without anybody knowing. */
  uncertain?: boolean;
  cause?: unknown;
};

/** The only error a caller ever sees the content of. `cause` is for the operator and is logged by name alone. */
export class PresignError extends Error {
  override readonly name = 'PresignError';
  readonly code: string;
  readonly status: number;
  readonly retryable: boolean;
  readonly reason: Reason;
  readonly detail: unknown;
  readonly retryAfter: number | undefined;
  readonly requestId: string | undefined;
  /** Whether WeChat Pay may have acted all the same: this attempt, or one before it, ended without anybody knowing. */
  uncertain: boolean;
  /** The merchant it happened to, once the registry knows it: until then its number is only the caller's word. */
  mchid: string | undefined;

  constructor(
    answer: { code: string; status: number; retryable: boolean; message: string },
    reason: Reason,
    extra: Extra = {},
  ) {
    super(extra.message ?? answer.message, { cause: extra.cause });
    this.code = answer.code;
    this.status = answer.status;
    this.retryable = answer.retryable;
    this.reason = reason;
    this.detail = extra.detail;
    this.retryAfter = extra.retryAfter;
    this.requestId = extra.requestId;
    this.uncertain = extra.uncertain ?? false;
  }
}

/** An error of the catalogue. */
export const fault = (code: Code, reason: Reason, extra?: Extra): PresignError =>
  new PresignError({ code, ...CATALOGUE[code] }, reason, extra);

/** Whatever was thrown as a PresignError: what nobody foresaw is a SYSTEM_ERROR that tells the caller nothing. */
export const asPresignError = (thrown: unknown): PresignError =>
  thrown instanceof PresignError ? thrown : fault('SYSTEM_ERROR', 'internal', { cause: thrown });

/** The JSON body of an error answer: WeChat Pay's own shape. */
export const errorBody = (error: PresignError): { code: string; message: string; detail?: unknown } => ({
  code: error.code,
  message: error.message,
  ...(error.detail === undefined ? {} : { detail: error.detail }),
});
