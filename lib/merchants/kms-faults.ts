import { fault, PresignError, type Reason } from '../errors.ts';

/** KMS's names of what somebody must act on, or wait for. */
export const KMS_ERRORS = {
  disabled: 'DisabledException',
  missing: 'NotFoundException',
  invalidState: 'KMSInvalidStateException',
} as const;

/** The one state that ends in the loss of the key unless somebody acts. KMS tells it from others by its text alone. */
export const isPendingDeletion = ({ name, message }: { name?: string; message?: string }): boolean =>
  name === KMS_ERRORS.invalidState && message?.includes('pending deletion') === true;

/** AWS's error names → what it means for an operator, and how many seconds a caller should wait. */
const FAULTS = new Map<string, { reason: Reason; retryAfter: number }>(
  Object.entries({
    AccessDeniedException: { reason: 'kms_access_denied', retryAfter: 60 },
    [KMS_ERRORS.disabled]: { reason: 'kms_disabled', retryAfter: 60 },
    [KMS_ERRORS.missing]: { reason: 'kms_key_missing', retryAfter: 60 },
    [KMS_ERRORS.invalidState]: { reason: 'kms_invalid_state', retryAfter: 60 },
    InvalidKeyUsageException: { reason: 'merchant_misconfigured', retryAfter: 60 },
    IncorrectKeyException: { reason: 'merchant_misconfigured', retryAfter: 60 },
    InvalidCiphertextException: { reason: 'merchant_misconfigured', retryAfter: 60 },
    ThrottlingException: { reason: 'kms_throttled', retryAfter: 2 },
    LimitExceededException: { reason: 'kms_throttled', retryAfter: 2 },
    TimeoutError: { reason: 'kms_timeout', retryAfter: 2 },
    DependencyTimeoutException: { reason: 'kms_timeout', retryAfter: 2 },
  }),
);

/** Broken connections: nobody waited, though the SDK names them TimeoutError. */
const BROKEN: ReadonlySet<string> = new Set(['ECONNRESET', 'EPIPE']);

/** The 503 for whatever a call to KMS was rejected with. The log names `cause`; the caller does not see it. */
export const kmsFault = (thrown: unknown): PresignError => {
  if (thrown instanceof PresignError) return thrown;
  const error = (thrown ?? {}) as Partial<NodeJS.ErrnoException>;
  const { name = '', code = '' } = error;
  if (isPendingDeletion(error)) {
    return fault('SERVICE_UNAVAILABLE', 'kms_pending_deletion', { cause: thrown, retryAfter: 60 });
  }
  const known = BROKEN.has(code) ? undefined : FAULTS.get(name);
  const { reason, retryAfter } = known ?? { reason: 'kms_unavailable' as const, retryAfter: 5 };
  return fault('SERVICE_UNAVAILABLE', reason, { cause: thrown, retryAfter });
};
