import { SendMessageBatchCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { type Message, type Refused, refused } from './sweep.ts';

/** Of a whole batch. SQS takes 1 MiB by now; it was this much for long, and is nowhere less. */
const MAX_BYTES = 262_144;

/** Up to 10 messages in batches that SQS takes. */
export const chunks = (messages: readonly Message[]): Message[][] => {
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
export type Sent = { notSent: Refused; ids: string[] };

/** Only the body: the attributes EventBridge adds to what it could not deliver mean nothing to a Lambda. */
export const send = async (sqs: SQSClient, url: string, messages: readonly Message[]): Promise<Sent> => {
  const entries = messages.map(({ id, body }) => ({ Id: id, MessageBody: body }));
  const { Failed, Successful = [] } = await sqs.send(
    new SendMessageBatchCommand({ QueueUrl: url, Entries: entries }),
  );
  return { notSent: refused(Failed), ids: Successful.flatMap(({ MessageId }) => MessageId ?? []) };
};
