import { ChangeMessageVisibilityCommand, GetQueueUrlCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { SQSRecord } from 'aws-lambda';

/** SQS gives a message this many chances before it is a dead letter (`maxReceiveCount` in stack/). */
export const MAX_RECEIVES = 5;

const BASE_SECONDS = 15;
const MAX_SECONDS = 900;

/**
 * Seconds until a message should be tried again after its `receives`-th failure: 15, 60, 240, 900, each between half
 * and all of it, so that what failed together does not return together; never less than `retryAfter`. None after the
 * last, for SQS moves a message to the dead letters when somebody could receive it once more.
 * @param jitter uniform in [0, 1).
 */
export const backoff = (receives: number, retryAfter = 0, jitter = Math.random()): number => {
  if (receives >= MAX_RECEIVES) return 0;
  const ceiling = Math.min(MAX_SECONDS, BASE_SECONDS * 4 ** (receives - 1));
  return Math.max(retryAfter, Math.ceil(ceiling * (0.5 + jitter / 2)));
};

/** Lets a message that was received be received again in `seconds`. */
export type Postpone = (record: SQSRecord, seconds: number) => Promise<void>;

/** Queues are asked for their URL once: it cannot be derived from an ARN in every partition. */
export const createPostpone = (sqs: SQSClient): Postpone => {
  const urls = new Map<string, Promise<string | undefined>>();
  const find = (arn: string): Promise<string | undefined> => {
    const [, , , , account, name] = arn.split(':');
    const url = sqs
      .send(new GetQueueUrlCommand({ QueueName: name, QueueOwnerAWSAccountId: account }))
      .then(({ QueueUrl }) => QueueUrl);
    urls.set(arn, url);
    url.catch(() => urls.delete(arn));
    return url;
  };
  return async ({ eventSourceARN, receiptHandle }, seconds) => {
    const QueueUrl = await (urls.get(eventSourceARN) ?? find(eventSourceARN));
    await sqs.send(
      new ChangeMessageVisibilityCommand({
        QueueUrl,
        ReceiptHandle: receiptHandle,
        VisibilityTimeout: seconds,
      }),
    );
  };
};
