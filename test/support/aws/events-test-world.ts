import { setTimeout as sleep } from 'node:timers/promises';
import {
  EventBridgeClient,
  PutEventsCommand,
  type PutEventsCommandOutput,
  type PutEventsRequestEntry,
} from '@aws-sdk/client-eventbridge';
import { GetQueueUrlCommand, SendMessageBatchCommand, type SQSServiceException } from '@aws-sdk/client-sqs';
import { type EventsOptions, startEvents } from '../../aws/events/events.ts';

export const REGION = 'cn-north-1';
export const CREDENTIALS = { accessKeyId: 'AKIDEVENTS', secretAccessKey: 'events/secret+1' };
export const BUS = 'shop-test';
/** The queue of the endpoint that the tests ask something of; `other` is there so that an event can go astray. */
export const QUEUE = `${BUS}-carPresign`;
export const OTHER = `${BUS}-other`;

export type World = Awaited<ReturnType<typeof startWorld>>;

/** Bus and queues, with the real SDK client of the bus: one attempt only, so that a test sees the error itself. */
export const startWorld = async (options: Partial<EventsOptions> = {}) => {
  const events = await startEvents({
    region: REGION,
    credentials: CREDENTIALS,
    prefix: BUS,
    endpoints: [{ name: 'carPresign' }, { name: 'other' }],
    ...options,
  });
  const { queues, eventBridge } = events;
  const client = new EventBridgeClient({
    endpoint: eventBridge.url,
    region: REGION,
    credentials: CREDENTIALS,
    maxAttempts: 1,
  });
  const urlOf = async (name: string) =>
    (await queues.client.send(new GetQueueUrlCommand({ QueueName: name }))).QueueUrl;
  return {
    ...events,
    client,
    urlOf,
    put: (...entries: PutEventsRequestEntry[]): Promise<PutEventsCommandOutput> =>
      client.send(new PutEventsCommand({ Entries: entries })),
    /** One message per body, at most ten. */
    send: async (...bodies: string[]): Promise<void> => {
      const Entries = bodies.map((MessageBody, index) => ({ Id: String(index), MessageBody }));
      await queues.client.send(new SendMessageBatchCommand({ QueueUrl: await urlOf(QUEUE), Entries }));
    },
    close: async (): Promise<void> => {
      client.destroy();
      await events.close();
    },
  };
};

/** An entry that the bus takes. */
export const entry = (more: PutEventsRequestEntry = {}): PutEventsRequestEntry => ({
  EventBusName: BUS,
  Source: 'shop',
  DetailType: 'CarPresignRequested',
  Detail: '{"request_id":"one"}',
  ...more,
});

/** The error a call ends with. */
export const failureOf = async (
  work: Promise<unknown>,
): Promise<{ name: string; message: string; status?: number }> => {
  const outcome = await work.then(
    () => new Error('expected the call to fail'),
    (error: unknown) => error,
  );
  if (!(outcome instanceof Error)) throw new TypeError('expected an Error');
  const { $metadata } = outcome as Partial<SQSServiceException>;
  const status = $metadata?.httpStatusCode;
  return { name: outcome.name, message: outcome.message, ...(status === undefined ? {} : { status }) };
};

/** Resolves once `condition` holds; a test that waits in vain ends by its time-out. */
export const until = async (condition: () => boolean | Promise<boolean>): Promise<void> => {
  while (!(await condition())) await sleep(10);
};
