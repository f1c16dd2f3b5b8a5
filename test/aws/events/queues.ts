import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import {
  type ChangeMessageVisibilityRequest,
  CreateQueueCommand,
  GetQueueAttributesCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { buildApp } from 'fauxqs';
import { MAX_RECEIVES } from '../../../lib/events/back-off.ts';
import { asideOf } from '../../../lib/names.ts';
import { createFaultQueue } from '../../../sandbox/fault-queue.ts';
import { keepLast } from '../../../sandbox/keep-last.ts';
import { hurryUp, type TimedRequest } from './hurry.ts';

/** `unavailable`: 500 InternalError. `throttled`: 400 ThrottlingException. `denied`: 403 AccessDenied. */
export type QueueFault = 'unavailable' | 'throttled' | 'denied';

const FAULTS: Record<QueueFault, { status: number; type: string }> = {
  unavailable: { status: 500, type: 'com.amazonaws.sqs#InternalError' },
  throttled: { status: 400, type: 'com.amazonaws.sqs#ThrottlingException' },
  denied: { status: 403, type: 'com.amazonaws.sqs#AccessDenied' },
};

export type QueueOptions = {
  region: string;
  credentials: { accessKeyId: string; secretAccessKey: string };
  /** Seconds that pass in the queues while one passes here: visibility time-outs and delays are divided by it. */
  hurry?: number;
  port?: number;
  /** How many calls are remembered; default all. */
  keep?: number;
};

/** Messages of a queue as they lie there, without receiving any. */
export type QueueContents = { ready: string[]; inFlight: string[] };
type Inspected = {
  messages: Record<'ready' | 'delayed', { body: string }[]> & { inflight: { message: { body: string } }[] };
};

export type Queues = Awaited<ReturnType<typeof startQueues>>;

/** A message that its receiver wants to be seen again in `seconds`, before `hurry`. */
export type Postponement = { receiptHandle: string; seconds: number };

/** SQS on loopback: fauxqs, behind a hook that counts calls, misbehaves on demand and lets time pass faster. */
export const startQueues = async (options: QueueOptions) => {
  const { region, credentials, hurry = 1, port = 0, keep = Number.POSITIVE_INFINITY } = options;
  const calls: string[] = [];
  const postponements: Postponement[] = [];
  const faults = createFaultQueue<QueueFault, string>();
  const visibility = new Map<string, number>();
  const app = buildApp({ logger: false, defaultRegion: region });

  app.addHook('preHandler', async (request, reply) => {
    const operation = /^AmazonSQS\.(\w+)$/.exec(String(request.headers['x-amz-target']))?.[1];
    if (operation === undefined) return;
    keepLast(calls, operation, keep);
    const fault = faults.take(operation);
    if (fault !== undefined) {
      const { status, type } = FAULTS[fault];
      await reply
        .code(status)
        .type('application/x-amz-json-1.0')
        .send({ __type: type, message: 'Simulated.' });
      return;
    }
    if (operation === 'ChangeMessageVisibility') {
      const { ReceiptHandle = '', VisibilityTimeout = 0 } = request.body as ChangeMessageVisibilityRequest;
      keepLast(postponements, { receiptHandle: ReceiptHandle, seconds: VisibilityTimeout }, keep);
    }
    hurryUp(operation, request.body as TimedRequest, hurry, (name) => visibility.get(name));
  });
  await app.listen({ host: '127.0.0.1', port });
  const url = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`;
  const client = new SQSClient({ endpoint: url, region, credentials, useQueueUrlAsEndpoint: false });

  const create = async (name: string, Attributes: Record<string, string>): Promise<string> => {
    const { QueueUrl } = await client.send(new CreateQueueCommand({ QueueName: name, Attributes }));
    const arn = await client.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['QueueArn'] }));
    return String(arn.Attributes?.['QueueArn']);
  };

  return {
    url,
    /** For sending, receiving and looking; counted in `calls` like anybody's. */
    client,
    region,
    /** Operations asked for so far, in order. */
    calls: calls as readonly string[],
    /** What ChangeMessageVisibility was asked for, faults aside, in order. */
    postponements: postponements as readonly Postponement[],
    clearCalls: () => {
      calls.splice(0);
      postponements.splice(0);
    },
    fault: faults.add,
    clearFaults: faults.clear,
    /** The three queues of an endpoint. @param visibilitySeconds before `hurry`. */
    createEndpoint: async (name: string, visibilitySeconds: number): Promise<void> => {
      const deadLetterTargetArn = await create(asideOf(name, 'dead-letters'), {
        MessageRetentionPeriod: '1209600',
      });
      await create(asideOf(name, 'undelivered'), { MessageRetentionPeriod: '1209600' });
      visibility.set(name, visibilitySeconds);
      await create(name, {
        VisibilityTimeout: String(visibilitySeconds),
        RedrivePolicy: JSON.stringify({ deadLetterTargetArn, maxReceiveCount: MAX_RECEIVES }),
      });
    },
    contents: async (name: string): Promise<QueueContents> => {
      const response = await fetch(`${url}/_fauxqs/queues/${name}`);
      if (!response.ok) throw new Error(`no queue ${name}`);
      const { messages } = (await response.json()) as Inspected;
      return {
        ready: [...messages.ready, ...messages.delayed].map(({ body }) => body),
        inFlight: messages.inflight.map(({ message }) => message.body),
      };
    },
    close: async (): Promise<void> => {
      client.destroy();
      const closed = once(app.server, 'close');
      await app.close();
      if (app.server.listening) await closed;
    },
  };
};
