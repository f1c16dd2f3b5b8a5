import { ChangeMessageVisibilityCommand, GetQueueUrlCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { SQSRecord } from 'aws-lambda';

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
