import { ConfigError } from '../config.ts';
import { PresignError, type Reason } from '../errors.ts';
import { Failure, UsageError } from './failure.ts';

const KMS_REASONS: Partial<Record<Reason, string>> = {
  kms_access_denied:
    'these AWS credentials may not use the KMS key: ask for the permission named below, or use another --profile',
  kms_disabled: 'the KMS key is disabled: enable it with `aws kms enable-key`',
  kms_key_missing:
    'the KMS key does not exist in this account and region: check --stage, --region and --profile',
  kms_pending_deletion:
    'the KMS key is going to be deleted: save it with `aws kms cancel-key-deletion` and `aws kms enable-key`',
  kms_invalid_state: 'the KMS key is not ready to be used: an import into it may be unfinished',
  kms_throttled: 'KMS is asked too often just now: run the command again in a minute',
  kms_timeout: 'KMS did not answer in time: run the command again',
  kms_unavailable:
    'KMS did not do what it was asked for, or the connection to it broke: run the command again',
  kms_wrong_key: 'KMS used another key than the registry names: store the key by its ARN, not by an alias',
  registry_unavailable: 'the merchant registry cannot be used',
  merchant_misconfigured: 'the item in the registry is not one that this tool wrote',
};

const AWS_NAMES: Record<string, string> = {
  CredentialsProviderError:
    'no AWS credentials were found: set AWS_PROFILE, use --profile, or log in with `aws sso login`',
  ResourceNotFoundException: 'there is no such table here: check --stage, --region and --profile',
  UnrecognizedClientException: 'AWS does not know these credentials, or not in this region',
  ExpiredTokenException: 'the AWS session has ended: log in again',
  UnsupportedOperationException: 'KMS does not do this for this kind of key in this region',
};

const KMS_NAMES: Record<string, Reason> = {
  DisabledException: 'kms_disabled',
  NotFoundException: 'kms_key_missing',
  ThrottlingException: 'kms_throttled',
  TimeoutError: 'kms_timeout',
};

/** What AWS says of a denial names principal, action and key, which whoever grants it needs. Other texts may quote input. */
const withDenial = (sentence: string, error: unknown): string =>
  error instanceof Error && error.name === 'AccessDeniedException'
    ? `${sentence}\n  AWS says: ${error.message}`
    : sentence;

const explainAws = (error: Error): string => {
  if (error.name === 'AccessDeniedException') {
    return 'these AWS credentials may not do that: ask for the permission named below, or use another --profile';
  }
  if (error.name === 'KMSInvalidStateException') {
    const deleted = error.message.includes('pending deletion');
    return KMS_REASONS[deleted ? 'kms_pending_deletion' : 'kms_invalid_state'] ?? error.name;
  }
  if (error.message === 'Region is missing') return 'no AWS region: set AWS_REGION or use --region';
  const known = AWS_NAMES[error.name] ?? KMS_REASONS[KMS_NAMES[error.name] ?? 'internal'];
  return known ?? `an AWS call failed (${error.name})`;
};

/** One sentence for an operator. Of errors nobody foresaw it gives the name alone: their text may quote an input. */
export const explain = (thrown: unknown): string => {
  if (thrown instanceof UsageError || thrown instanceof Failure || thrown instanceof ConfigError)
    return thrown.message;
  if (thrown instanceof PresignError) {
    const { reason, cause } = thrown;
    const sentence = KMS_REASONS[reason] ?? `${thrown.code}: ${thrown.message} (${reason})`;
    const known = cause instanceof Error && cause.name in AWS_NAMES ? `: ${explainAws(cause)}` : '';
    return withDenial(sentence + known, cause);
  }
  return thrown instanceof Error ? withDenial(explainAws(thrown), thrown) : 'the command failed';
};
