import { SendMessageBatchCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { Context } from './context.ts';
import type { Queue } from './queues.ts';
import { type Message, type Refused, refused, type Sweep } from './sweep.ts';

/**
 * The time by SQS's clock, once a call has been answered: the SDK keeps how far ours is from the answer's Date, which
 * leaves out fractions of a second.
 */
export const sqsTime = ({ sqs, now }: Pick<Context, 'sqs' | 'now'>): number =>
  now() + sqs.config.systemClockOffset + 999;

/** Where a run ends: what has died meanwhile would die again and again, and it waits for the next run. */
export type EndMark = { sent: (ids: readonly string[]) => void; isNewer: (message: Message) => boolean };

/**
 * A message that SQS moves to the dead letters keeps the time it was sent (SQS developer guide, "Setting-up dead-letter
 * queue retention"). That it keeps its id, too, is assumed; it settles what two clocks that differ leave open.
 */
export const createEndMark = (began: number): EndMark => {
  const own = new Set<string>();
  return {
    sent: (ids) => {
      for (const id of ids) own.add(id);
    },
    isNewer: ({ id, sentAt }) => own.has(id) || sentAt > began,
  };
};

/** Of a whole batch. SQS takes 1 MiB by now; it was this much for long, and is nowhere less. */
const MAX_BYTES = 262_144;

/** Up to 10 messages in batches that SQS takes. */
const chunks = (messages: readonly Message[]): Message[][] => {
  const found: Message[][] = [];
  let size = Number.POSITIVE_INFINITY;
  for (const message of messages) {
    const bytes = Buffer.byteLength(message.body);
    size += bytes;
    if (size > MAX_BYTES) {
      found.push([]);
      size = bytes;
    }
    found.at(-1)?.push(message);
  }
  return found;
};

/** `ids`: those that SQS gave the messages it took. */
type Sent = { notSent: Refused; ids: string[] };

/** Only the body: the attributes EventBridge adds to what it could not deliver mean nothing to a Lambda. */
const send = async (sqs: SQSClient, url: string, messages: readonly Message[]): Promise<Sent> => {
  const entries = messages.map(({ id, body }) => ({ Id: id, MessageBody: body }));
  const { Failed, Successful = [] } = await sqs.send(
    new SendMessageBatchCommand({ QueueUrl: url, Entries: entries }),
  );
  return { notSent: refused(Failed), ids: Successful.flatMap(({ MessageId }) => MessageId ?? []) };
};

export type Moved = {
  endpoint: string;
  queue: Queue['kind'];
  moved: number;
  unreadable: number;
  /** What EventBridge keeps sealed. */
  sealed: number;
  /** What came to the queue since the run began, again or for the first time. */
  newer: number;
  /** By AWS's code. */
  not_sent: Record<string, number>;
  not_deleted: Record<string, number>;
  error?: string;
};

const tally = (counts: Record<string, number>, codes: Iterable<string>): void => {
  for (const code of codes) counts[code] = (counts[code] ?? 0) + 1;
};

/** Sends messages to the queue `target` and deletes them where they were. */
export const moveBatch = async (
  { sqs, target, sweep, mark }: { sqs: SQSClient; target: string; sweep: Sweep; mark: EndMark },
  batch: readonly Message[],
  result: Moved,
): Promise<void> => {
  for (const chunk of chunks(batch)) {
    const { notSent, ids } = await send(sqs, target, chunk);
    mark.sent(ids);
    tally(result.not_sent, notSent.values());
    const sent = chunk.filter(({ id }) => !notSent.has(id));
    if (sent.length === 0) continue;
    result.moved += sent.length;
    // Sent and then not deleted, it is there twice. The other way round it might be nowhere.
    const left = await sweep.remove(sent).catch((error: unknown) => {
      tally(
        result.not_deleted,
        sent.map(() => (error instanceof Error ? error.name : 'unknown')),
      );
      throw error;
    });
    tally(result.not_deleted, left.values());
  }
};
