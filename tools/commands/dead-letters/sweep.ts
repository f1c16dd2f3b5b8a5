import {
  ChangeMessageVisibilityBatchCommand,
  DeleteMessageBatchCommand,
  ReceiveMessageCommand,
  type SQSClient,
  type Message as SqsMessage,
} from '@aws-sdk/client-sqs';

/** What SQS takes and gives at a time. */
export const BATCH = 10;

/** Long enough to go through a batch; short, for a tool that is killed leaves its messages hidden that long. */
const HIDDEN_SECONDS = 60;

/** Polls in a row that had room for more and brought nothing wanted: what is wanted is not there. */
const IDLE_POLLS = 5;

/** A long poll asks every server that SQS keeps a queue on; a short one may find an empty one by chance. */
const WAIT_SECONDS = 1;

export type Message = {
  id: string;
  body: string;
  /** Milliseconds. */
  sentAt: number;
  receives: number;
  /** Why EventBridge could not deliver it. */
  errorCode: string | undefined;
};

/** AWS's code of each entry of a batch that it did not do. */
export type Refused = ReadonlyMap<string, string>;

export const refused = (
  failed: readonly { Id?: string | undefined; Code?: string | undefined }[] = [],
): Refused => new Map(failed.map(({ Id = '', Code = 'unknown' }) => [Id, Code]));

const messageOf = ({
  MessageId = '',
  Body = '',
  Attributes = {},
  MessageAttributes,
}: SqsMessage): Message => ({
  id: MessageId,
  body: Body,
  sentAt: Number(Attributes['SentTimestamp'] ?? 0),
  receives: Number(Attributes['ApproximateReceiveCount'] ?? 0),
  errorCode: MessageAttributes?.['ERROR_CODE']?.StringValue,
});

/** One way through a queue, each message met once; whoever calls `next` calls `release` in the end. */
export type Sweep = {
  /** Up to 10 messages not met before; none when there are no more. They are hidden from others for a minute. */
  next: () => Promise<Message[]>;
  /** How many it met and passed over. */
  passed: () => number;
  /** Up to 10 of those met. */
  remove: (messages: readonly Message[]) => Promise<Refused>;
  /** Lets everybody see again what was not removed. */
  release: () => Promise<void>;
};

/** `passesOver`: what is none of this sweep's business. It does not keep the sweep from ending, however much of it comes. */
export const createSweep = (
  sqs: SQSClient,
  url: string,
  passesOver: (message: Message) => boolean = () => false,
): Sweep => {
  /** Message id → newest receipt handle. */
  const held = new Map<string, string>();
  let passed = 0;
  let again = 0;
  let idle = 0;

  const receive = async (): Promise<SqsMessage[]> => {
    const command = new ReceiveMessageCommand({
      QueueUrl: url,
      MaxNumberOfMessages: BATCH,
      VisibilityTimeout: HIDDEN_SECONDS,
      WaitTimeSeconds: WAIT_SECONDS,
      MessageSystemAttributeNames: ['SentTimestamp', 'ApproximateReceiveCount'],
      MessageAttributeNames: ['ERROR_CODE'],
    });
    const { Messages = [] } = await sqs.send(command);
    return Messages;
  };

  const hold = (received: readonly SqsMessage[]): Message[] => {
    const fresh = received.filter(({ MessageId = '' }) => !held.has(MessageId));
    for (const { MessageId = '', ReceiptHandle = '' } of received) held.set(MessageId, ReceiptHandle);
    const met = [...new Map(fresh.map((message) => [message.MessageId, messageOf(message)])).values()];
    const wanted = met.filter((message) => !passesOver(message));
    passed += met.length - wanted.length;
    return wanted;
  };

  const entries = (ids: readonly string[]) =>
    ids.map((id) => ({ Id: id, ReceiptHandle: held.get(id) ?? '' }));

  return {
    passed: () => passed,
    next: async () => {
      for (;;) {
        const received = await receive();
        const fresh = hold(received);
        again = fresh.length > 0 ? 0 : again + received.length;
        idle = fresh.length > 0 || received.length === BATCH ? 0 : idle + 1;
        if (fresh.length > 0 || received.length === 0) return fresh;
        // What is hidden no longer comes back; once it all may have, nothing else is there.
        if (again > held.size || idle === IDLE_POLLS) return [];
      }
    },
    remove: async (messages) => {
      const ids = messages.map(({ id }) => id);
      const command = new DeleteMessageBatchCommand({ QueueUrl: url, Entries: entries(ids) });
      const { Failed } = await sqs.send(command);
      const left = refused(Failed);
      for (const id of ids) if (!left.has(id)) held.delete(id);
      return left;
    },
    release: async () => {
      const ids = [...held.keys()];
      for (let at = 0; at < ids.length; at += BATCH) {
        const visible = entries(ids.slice(at, at + BATCH)).map((entry) => ({
          ...entry,
          VisibilityTimeout: 0,
        }));
        const command = new ChangeMessageVisibilityBatchCommand({ QueueUrl: url, Entries: visible });
        // Should this fail, they come back all the same, a minute after they were received.
        await sqs.send(command).catch(() => undefined);
      }
    },
  };
};
