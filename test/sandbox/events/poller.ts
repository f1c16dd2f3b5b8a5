import {
  DeleteMessageBatchCommand,
  GetQueueUrlCommand,
  type Message,
  ReceiveMessageCommand,
} from '@aws-sdk/client-sqs';
import type { SQSEvent, SQSRecord } from 'aws-lambda';
import type { Queues } from './queues.ts';

export type PollerOptions = {
  queues: Queues;
  queueName: string;
  /** Invokes the function; rejects when it fails. */
  invoke: (event: SQSEvent) => Promise<unknown>;
  /** Default 10. */
  batchSize?: number;
  /** Batches at once; default 2. */
  maximumConcurrency?: number;
};

export type Poller = ReturnType<typeof startPoller>;

const recordOf = (message: Message, region: string, queueName: string): SQSRecord => ({
  messageId: message.MessageId ?? '',
  receiptHandle: message.ReceiptHandle ?? '',
  body: message.Body ?? '',
  attributes: message.Attributes as unknown as SQSRecord['attributes'],
  messageAttributes: {},
  md5OfBody: message.MD5OfBody ?? '',
  eventSource: 'aws:sqs',
  eventSourceARN: `arn:aws-cn:sqs:${region}:000000000000:${queueName}`,
  awsRegion: region,
});

/**
 * The ids of a batch that the function did, going by its answer as Lambda does: nothing to complain of means all of
 * them; an answer nobody can read, or one that names a stranger, none.
 */
export const doneOf = (ids: readonly string[], answer: unknown): string[] => {
  if (answer === null || answer === undefined) return [...ids];
  const { batchItemFailures = [] } = answer as { batchItemFailures?: unknown };
  if (batchItemFailures === null) return [...ids];
  if (!Array.isArray(batchItemFailures)) return [];
  const failed: unknown[] = batchItemFailures.map(
    (item) => (item as { itemIdentifier?: unknown } | null)?.itemIdentifier,
  );
  const strangers = failed.filter((id) => typeof id !== 'string' || !ids.includes(id));
  if (strangers.length > 0) return [];
  return ids.filter((id) => !failed.includes(id));
};

/** Does for one queue what Lambda's event source mapping does: receives batches, invokes, deletes what was done. */
export const startPoller = (options: PollerOptions) => {
  const { queues, queueName, invoke, batchSize = 10, maximumConcurrency = 2 } = options;
  const stopped = new AbortController();
  const stats = { invocations: 0, deleted: 0, left: 0 };
  const { client, region } = queues;

  const remove = async (QueueUrl: string, messages: readonly Message[]): Promise<void> => {
    if (messages.length === 0) return;
    const Entries = messages.map(({ MessageId, ReceiptHandle }) => ({ Id: MessageId, ReceiptHandle }));
    await client.send(new DeleteMessageBatchCommand({ QueueUrl, Entries }));
  };

  const handle = async (QueueUrl: string, messages: readonly Message[]): Promise<void> => {
    stats.invocations += 1;
    const ids = messages.map(({ MessageId = '' }) => MessageId);
    const Records = messages.map((message) => recordOf(message, region, queueName));
    const done = await invoke({ Records }).then(
      (answer) => doneOf(ids, answer),
      (): string[] => [],
    );
    stats.deleted += done.length;
    stats.left += ids.length - done.length;
    await remove(
      QueueUrl,
      messages.filter(({ MessageId = '' }) => done.includes(MessageId)),
    );
  };

  const work = async (): Promise<void> => {
    const { QueueUrl = '' } = await client.send(new GetQueueUrlCommand({ QueueName: queueName }));
    while (!stopped.signal.aborted) {
      const receive = new ReceiveMessageCommand({
        QueueUrl,
        MaxNumberOfMessages: batchSize,
        MessageSystemAttributeNames: ['All'],
        WaitTimeSeconds: 1,
      });
      // A queue that fails is asked again: Lambda does not give up on one.
      const { Messages = [] } = await client
        .send(receive, { abortSignal: stopped.signal })
        .catch(() => ({ Messages: [] }));
      if (Messages.length > 0) await handle(QueueUrl, Messages).catch(() => undefined);
    }
  };
  const workers = Array.from({ length: maximumConcurrency }, work);

  return {
    /** Messages: `left` were not deleted and will come again, or have become dead letters. */
    stats: stats as Readonly<typeof stats>,
    /** Takes no more messages; resolves once the invocations under way have ended. */
    close: async (): Promise<void> => {
      stopped.abort();
      await Promise.all(workers);
    },
  };
};
