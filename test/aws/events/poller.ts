import { setTimeout as sleep } from 'node:timers/promises';
import {
  DeleteMessageBatchCommand,
  GetQueueUrlCommand,
  type Message,
  ReceiveMessageCommand,
} from '@aws-sdk/client-sqs';
import type { SQSEvent } from 'aws-lambda';
import type { Queues } from './queues.ts';
import { doneOf, eventOf } from './sqs-event.ts';

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

/** How long a receive waits for messages, and `close` for a receive. SQS takes whole seconds only, fauxqs any. */
const WAIT_SECONDS = 0.25;
const PAUSE_MS = 50;

/** Lambda sees a function's answer as JSON: what that leaves out was never said, and what it cannot say throws. */
const overTheWire = (answer: unknown): unknown => JSON.parse(JSON.stringify(answer) ?? 'null') as unknown;

/** Does for one queue what Lambda's event source mapping does: receives batches, invokes, deletes what was done. */
export const startPoller = (options: PollerOptions) => {
  const { queues, queueName, invoke, batchSize = 10, maximumConcurrency = 2 } = options;
  const stats = { invocations: 0, deleted: 0, left: 0 };
  const { client, region } = queues;
  let stopped = false;
  let running = 0;

  const remove = async (QueueUrl: string, messages: readonly Message[]): Promise<number> => {
    if (messages.length === 0) return 0;
    const Entries = messages.map(({ MessageId, ReceiptHandle }) => ({ Id: MessageId, ReceiptHandle }));
    const { Successful = [] } = await client.send(new DeleteMessageBatchCommand({ QueueUrl, Entries }));
    return Successful.length;
  };

  const ask = async (messages: readonly Message[]): Promise<string[]> => {
    try {
      const answer = await invoke(eventOf(messages, region, queueName));
      return doneOf(
        messages.map(({ MessageId = '' }) => MessageId),
        overTheWire(answer),
      );
    } catch {
      return [];
    }
  };

  const handle = async (QueueUrl: string, messages: readonly Message[]): Promise<void> => {
    stats.invocations += 1;
    const done = await ask(messages);
    const dones = messages.filter(({ MessageId = '' }) => done.includes(MessageId));
    // What cannot be deleted comes again, as with Lambda: functions must bear a message twice.
    const deleted = await remove(QueueUrl, dones).catch(() => 0);
    stats.deleted += deleted;
    stats.left += messages.length - deleted;
  };

  const poll = async (): Promise<void> => {
    const { QueueUrl = '' } = await client.send(new GetQueueUrlCommand({ QueueName: queueName }));
    const receive = new ReceiveMessageCommand({
      QueueUrl,
      MaxNumberOfMessages: batchSize,
      MessageSystemAttributeNames: ['All'],
      MessageAttributeNames: ['All'],
      WaitTimeSeconds: WAIT_SECONDS,
    });
    while (!stopped) {
      // Not to be aborted: the queue would go on, and hand messages to nobody.
      const { Messages = [] } = await client.send(receive);
      if (Messages.length === 0) continue;
      running += 1;
      await handle(QueueUrl, Messages);
      running -= 1;
    }
  };

  const work = async (): Promise<void> => {
    // A queue that fails is asked again: Lambda does not give up on one.
    while (!stopped) await poll().catch(() => sleep(PAUSE_MS));
  };
  const workers = Array.from({ length: maximumConcurrency }, work);

  const isIdle = async (): Promise<boolean> => {
    const { ready, inFlight } = await queues.contents(queueName);
    return running === 0 && ready.length === 0 && inFlight.length === 0;
  };

  return {
    /** Messages: `left` were not deleted and will come again, or have become dead letters. */
    stats: stats as Readonly<typeof stats>,
    /** Resolves once the queue is empty and no invocation is under way. */
    idle: async (): Promise<void> => {
      while (!(await isIdle())) await sleep(PAUSE_MS);
    },
    /** Takes no more messages, but for those of a receive under way; resolves once the invocations have ended. */
    close: async (): Promise<void> => {
      stopped = true;
      await Promise.all(workers);
    },
  };
};
