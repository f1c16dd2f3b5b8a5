import { setTimeout as sleep } from 'node:timers/promises';
import { GetQueueUrlCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { BusEvent } from './put-events.ts';
import type { Queues } from './queues.ts';

/** Brings events of one detail-type to a queue; those under `notSource` aside, as the stack's rules have it. */
export type Rule = {
  name: string;
  detailType: string;
  notSource: string;
  queueName: string;
  undeliveredQueueName: string;
};

export type DeliveryOptions = {
  rules: readonly Rule[];
  /** Other queues that an event goes to. They have no dead letters. */
  queuesFor: (event: BusEvent) => string[];
  queues: Pick<Queues, 'url' | 'region'>;
  credentials: { accessKeyId: string; secretAccessKey: string };
  account: string;
  bus: string;
};

/** EventBridge tries for a day; here the queue is at hand, and a few times tell the same. */
const ATTEMPTS = 5;
const PAUSE_MS = 20;
/** Deliveries at once: a flood of events must not become a flood of sockets. */
const LANES = 16;

/** The codes EventBridge gives its dead letters. For the first two it does not try again. */
type Reason = 'NO_PERMISSIONS' | 'NO_RESOURCE' | 'THROTTLING' | 'ERROR_FROM_TARGET' | 'CONNECTION_FAILURE';
const FINAL: ReadonlySet<Reason> = new Set(['NO_PERMISSIONS', 'NO_RESOURCE']);

type Failure = Error & { $metadata?: { httpStatusCode?: number } };

const reasonOf = ({ name, $metadata }: Failure): Reason => {
  if ($metadata?.httpStatusCode === undefined) return 'CONNECTION_FAILURE';
  if (name === 'AccessDenied') return 'NO_PERMISSIONS';
  if (name === 'QueueDoesNotExist') return 'NO_RESOURCE';
  return name === 'ThrottlingException' ? 'THROTTLING' : 'ERROR_FROM_TARGET';
};

const attributesOf = (values: Record<string, string>) =>
  Object.fromEntries(
    Object.entries(values).map(([name, StringValue]) => [name, { DataType: 'String', StringValue }]),
  );

/** Sends what matches a rule to its queue, and what cannot be sent to the rule's dead letters with the reason. */
export const createDelivery = ({ rules, queuesFor, queues, credentials, account, bus }: DeliveryOptions) => {
  const { url: endpoint, region } = queues;
  // The attempts are counted here; the SDK's own would multiply them.
  const client = new SQSClient({
    endpoint,
    region,
    credentials,
    maxAttempts: 1,
    useQueueUrlAsEndpoint: false,
  });
  const lanes = Array.from({ length: LANES }, () => Promise.resolve());
  const dropped: BusEvent[] = [];
  const urls = new Map<string, string>();
  let next = 0;

  const urlOf = async (name: string): Promise<string> => {
    const { QueueUrl = '' } = urls.has(name)
      ? { QueueUrl: urls.get(name) }
      : await client.send(new GetQueueUrlCommand({ QueueName: name }));
    urls.set(name, QueueUrl);
    return QueueUrl;
  };

  const send = async (queueName: string, body: string, about: Record<string, string>): Promise<void> => {
    const QueueUrl = await urlOf(queueName);
    const MessageAttributes = attributesOf(about);
    await client.send(new SendMessageCommand({ QueueUrl, MessageBody: body, MessageAttributes }));
  };

  /** Why it was not sent, or undefined when it was. */
  const trySending = async (
    queueName: string,
    body: string,
    about: Record<string, string> = {},
  ): Promise<{ reason: Reason; message: string } | undefined> => {
    for (let attempt = 1; ; attempt += 1) {
      try {
        await send(queueName, body, about);
        return undefined;
      } catch (error) {
        const reason = reasonOf(error as Failure);
        if (attempt === ATTEMPTS || FINAL.has(reason)) return { reason, message: (error as Failure).message };
        await sleep(attempt * PAUSE_MS);
      }
    }
  };

  const bring = async (event: BusEvent, rule: Rule): Promise<void> => {
    const body = JSON.stringify(event);
    const failure = await trySending(rule.queueName, body);
    if (failure === undefined) return;
    const lost = await trySending(rule.undeliveredQueueName, body, {
      RULE_ARN: `arn:aws-cn:events:${region}:${account}:rule/${bus}/${rule.name}`,
      TARGET_ARN: `arn:aws-cn:sqs:${region}:${account}:${rule.queueName}`,
      ERROR_CODE: failure.reason,
      ERROR_MESSAGE: failure.message,
    });
    if (lost !== undefined) dropped.push(event);
  };

  const enqueue = (work: () => Promise<void>): void => {
    const lane = next++ % LANES;
    lanes[lane] = (lanes[lane] ?? Promise.resolve()).then(work);
  };

  const done = async (): Promise<void> => void (await Promise.all(lanes));

  return {
    deliver: (event: BusEvent): void => {
      for (const rule of rules) {
        if (event['detail-type'] !== rule.detailType || event.source === rule.notSource) continue;
        enqueue(() => bring(event, rule));
      }
      for (const queueName of queuesFor(event))
        enqueue(async () => void (await trySending(queueName, JSON.stringify(event))));
    },
    /** Resolves once what was to be delivered so far has been; never rejects. */
    done,
    dropped: dropped as readonly BusEvent[],
    close: async (): Promise<void> => {
      await done();
      client.destroy();
    },
  };
};
