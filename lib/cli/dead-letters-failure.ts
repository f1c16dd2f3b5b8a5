import { explain } from './merchant-failure.ts';

const KMS_KEY = 'the KMS key that encrypts the queues';

const NAMES: Readonly<Record<string, string>> = {
  QueueDoesNotExist: 'a queue has gone meanwhile: check --stage, AWS_REGION and AWS_PROFILE',
  PurgeQueueInProgress: 'SQS purges a queue once in 60 seconds, and somebody has just done it: wait a minute',
  OverLimit:
    'too many messages of this queue are held by readers just now: run the command again in a minute',
  RequestThrottled: 'SQS is asked too often just now: run the command again in a minute',
  ThrottlingException: 'SQS is asked too often just now: run the command again in a minute',
  TimeoutError: 'SQS did not answer in time: run the command again',
  KmsAccessDenied: `these AWS credentials may not use ${KMS_KEY}: they need kms:Decrypt, and to redrive kms:GenerateDataKey`,
  KmsDisabled: `${KMS_KEY} is disabled: enable it with \`aws kms enable-key\``,
  KmsInvalidState: `${KMS_KEY} cannot be used in its present state: look at it with \`aws kms describe-key\``,
  KmsNotFound: `${KMS_KEY} does not exist any more`,
  KmsThrottled: 'KMS is asked too often just now: run the command again in a minute',
  CredentialsProviderError: 'no AWS credentials were found: set AWS_PROFILE, or log in with `aws sso login`',
};

const DENIED = new Set(['AccessDenied', 'AccessDeniedException']);

/** One sentence for an operator, as `explain`: of what nobody foresaw the name alone, which quotes no message. */
export const explainSqs = (thrown: unknown): string => {
  if (!(thrown instanceof Error)) return explain(thrown);
  if (thrown.message === 'Region is missing') return 'no AWS region: set AWS_REGION';
  // What AWS says of a denial names principal, action and queue, which whoever grants it needs.
  if (DENIED.has(thrown.name))
    return `these AWS credentials may not do that; docs/dead-letters.md lists the permissions\n  AWS says: ${thrown.message}`;
  return NAMES[thrown.name] ?? explain(thrown);
};
