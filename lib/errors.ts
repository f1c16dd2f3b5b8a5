import { type Language, type Said, say, type Words } from './language.ts';

/**
 * The closed catalogue of errors this service makes itself. `status` is what an HTTP caller gets, `retryable`
 * tells whether the same request may succeed later (for a queue: leave the message), `message` is all a caller
 * is told: no text of ours ever contains a submitted value. docs/errors.md describes every row; a test
 * compares the two.
 */
export const CATALOGUE = {
  PARAM_ERROR: {
    status: 400,
    retryable: false,
    message: { en: 'The request is not valid; detail says where.', zh: '请求有误，位置见 detail。' },
  },
  NO_AUTH: {
    status: 403,
    retryable: false,
    message: { en: 'This merchant is not set up here.', zh: '这里没有配置该商户。' },
  },
  PAYLOAD_TOO_LARGE: {
    status: 413,
    retryable: false,
    message: { en: 'The body is larger than 64 KiB.', zh: '请求体超过 64 KiB。' },
  },
  REQUEST_IN_PROGRESS: {
    status: 409,
    retryable: true,
    message: {
      en: 'This request is being worked on. Repeat it later to learn its outcome.',
      zh: '该请求正在处理，请稍后重发以获知结果。',
    },
  },
  REQUEST_ID_REUSED: {
    status: 422,
    retryable: false,
    message: {
      en: 'This Idempotency-Key (request_id) was used before, for another body.',
      zh: '该 Idempotency-Key（request_id）已用于另一个请求体。',
    },
  },
  UNSUPPORTED_MEDIA_TYPE: {
    status: 415,
    retryable: false,
    message: {
      en: 'Send the body as JSON with Content-Type: application/json.',
      zh: '请求体须为 JSON，并带上 Content-Type: application/json。',
    },
  },
  RATELIMIT_EXCEEDED: {
    status: 429,
    retryable: true,
    message: {
      en: 'WeChat Pay limits the rate of requests. Repeat the same request later.',
      zh: '微信支付限制了请求频率，请稍后重发同样的请求。',
    },
  },
  SYSTEM_ERROR: {
    status: 500,
    retryable: true,
    message: {
      en: 'The service failed. Repeat the same request later.',
      zh: '服务出错，请稍后重发同样的请求。',
    },
  },
  BAD_GATEWAY: {
    status: 502,
    retryable: true,
    message: {
      en: 'WeChat Pay did not give an answer that can be trusted; the outcome is unknown. Repeat the same request.',
      zh: '没有得到微信支付的可信应答，结果不明，请重发同样的请求。',
    },
  },
  SERVICE_UNAVAILABLE: {
    status: 503,
    retryable: true,
    message: {
      en: 'The service cannot reach what it needs. Repeat the same request later.',
      zh: '服务暂不可用，请稍后重发同样的请求。',
    },
  },
  GATEWAY_TIMEOUT: {
    status: 504,
    retryable: true,
    message: {
      en: 'WeChat Pay did not answer in time; the outcome is unknown. Repeat the same request.',
      zh: '微信支付没有及时应答，结果不明，请重发同样的请求。',
    },
  },
} as const satisfies Record<string, { status: number; retryable: boolean; message: Words }>;

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

/**
 * One wrong field. `field`: JSON pointer into the body, or the name of a header or parameter; '' is the whole of it.
 * `location`: body, header, path or query. All three are there, but in what WeChat Pay says.
 */
export type Detail = { field?: string; issue?: Said; location?: string };

type Extra = {
  /** Other words than the catalogue's. */
  said?: Words;
  detail?: Detail | Detail[] | undefined;
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
  /** What the caller is told; `message` is its English. */
  readonly said: Said;
  readonly detail: Detail | Detail[] | undefined;
  readonly retryAfter: number | undefined;
  readonly requestId: string | undefined;
  /** Whether WeChat Pay may have acted all the same: this attempt, or one before it, ended without anybody knowing. */
  uncertain: boolean;
  /** The merchant it happened to, once the registry knows it: until then its number is only the caller's word. */
  mchid: string | undefined;

  constructor(
    answer: { code: string; status: number; retryable: boolean; message: Said },
    reason: Reason,
    extra: Extra = {},
  ) {
    const said = extra.said ?? answer.message;
    super(say(said, 'en'), { cause: extra.cause });
    this.said = said;
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

/** The JSON body of an error answer: WeChat Pay's own shape. What WeChat Pay said stays in its language. */
export const errorBody = ({ code, said, detail }: PresignError, language: Language) => {
  const tell = (one: Detail) => (one.issue === undefined ? one : { ...one, issue: say(one.issue, language) });
  const told = Array.isArray(detail) ? detail.map(tell) : detail && tell(detail);
  return { code, message: say(said, language), ...(told === undefined ? {} : { detail: told }) };
};
