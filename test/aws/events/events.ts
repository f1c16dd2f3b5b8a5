import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import type { Endpoint } from '../../../lib/endpoint.ts';
import { detailType, SOURCE } from '../../../lib/events/contract.ts';
import { asideOf, endpointNameOf } from '../../../lib/names.ts';
import { startEventBridge } from './eventbridge.ts';
import { type Poller, type PollerOptions, startPoller } from './poller.ts';
import { startQueues } from './queues.ts';

export type EventsOptions = {
  region: string;
  credentials: { accessKeyId: string; secretAccessKey: string };
  /** Names bus and queues, as the stack does. */
  prefix: string;
  endpoints: readonly Pick<Endpoint, 'name'>[];
  /** See startQueues; default 1. */
  hurry?: number;
  /** Default 120, six times the function's time-out. */
  visibilitySeconds?: number;
  ports?: { sqs?: number; eventBridge?: number };
  /** How many calls and events are remembered, of each; default all. */
  keep?: number;
};

export type Events = Awaited<ReturnType<typeof startEvents>>;

/** The way of a pre-sign asked for by an event, on loopback: bus, a rule and three queues per endpoint. */
export const startEvents = async (options: EventsOptions) => {
  const { region, credentials, prefix, endpoints, hurry = 1, visibilitySeconds = 120, ports = {} } = options;
  const { keep = Number.POSITIVE_INFINITY } = options;
  const queues = await startQueues({ region, credentials, hurry, keep, port: ports.sqs ?? 0 });
  const queueOf = (name: string): string => endpointNameOf(prefix, name);
  await Promise.all(endpoints.map(({ name }) => queues.createEndpoint(queueOf(name), visibilitySeconds)));
  const eventBridge = await startEventBridge({
    bus: prefix,
    region,
    credentials,
    queues,
    keep,
    port: ports.eventBridge ?? 0,
    rules: endpoints.map(({ name }) => ({
      name: queueOf(name),
      detailType: detailType({ name }, 'Requested'),
      notSource: SOURCE,
      queueName: queueOf(name),
      undeliveredQueueName: asideOf(queueOf(name), 'undelivered'),
    })),
  });
  const client = new EventBridgeClient({ endpoint: eventBridge.url, region, credentials });
  return {
    queues,
    eventBridge,
    queueOf,
    /** Puts an event on the bus that asks the endpoint `name`; rejects unless the bus takes it. */
    ask: async (name: string, detail: object): Promise<void> => {
      const entry = {
        EventBusName: prefix,
        Source: 'sandbox',
        DetailType: detailType({ name }, 'Requested'),
      };
      const put = new PutEventsCommand({ Entries: [{ ...entry, Detail: JSON.stringify(detail) }] });
      const { Entries: [taken] = [] } = await client.send(put);
      if (taken?.EventId === undefined) throw new Error(`the bus refused: ${taken?.ErrorCode}`);
    },
    /** Lets a function serve the queue of its endpoint. */
    poll: (name: string, invoke: PollerOptions['invoke'], more: Partial<PollerOptions> = {}): Poller =>
      startPoller({ queues, queueName: queueOf(name), invoke, ...more }),
    env: {
      AWS_ENDPOINT_URL_SQS: queues.url,
      AWS_ENDPOINT_URL_EVENTBRIDGE: eventBridge.url,
    },
    clear: () => {
      queues.clearCalls();
      eventBridge.clear();
    },
    close: async (): Promise<void> => {
      client.destroy();
      await eventBridge.close();
      await queues.close();
    },
  };
};
