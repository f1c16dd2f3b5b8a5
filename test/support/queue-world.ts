import { type AttributeValue, DeleteItemCommand, ScanCommand } from '@aws-sdk/client-dynamodb';
import {
  ChangeMessageVisibilityBatchCommand,
  DeleteMessageBatchCommand,
  GetQueueUrlCommand,
  type Message,
  ReceiveMessageCommand,
  SendMessageCommand,
} from '@aws-sdk/client-sqs';
import { afterAll, afterEach, expect } from '@jest/globals';
import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { createHandler } from '../../lib/compose/endpoint.ts';
import type { Endpoint } from '../../lib/endpoint.ts';
import { SOURCE } from '../../lib/events/contract.ts';
import { asideOf } from '../../lib/names.ts';
import { doneOf, eventOf } from '../aws/events/sqs-event.ts';
import { startStack } from '../aws/stack.ts';
import type { BundleAnswer } from './bundles.ts';
import { contractsOf, type Event } from './docs/contracts.ts';
import { contextFor, payload2 } from './events.ts';
import { bodyFor, captureLogs, eventually, loadEndpoints } from './world.ts';

/** The default merchant, with platform certificates; another with a WeChat Pay public key; one nobody set up. */
export const MCHID = '1900000001';
export const OTHER = '1900000002';
export const STRANGER = '1900009999';

export type QueueWorld = Awaited<ReturnType<typeof startQueueWorld>>;
export type Invoke = (event: SQSEvent, ms?: number) => Promise<SQSBatchResponse>;
export type Delivered = {
  /** Names of the messages, in the order of the batch, and of those that are left on the queue. */
  names: string[];
  left: string[];
  answer: SQSBatchResponse;
  /** Seconds until the message comes back, for each that was put off. */
  postponed: Record<string, number>;
};

let asked = 0;

/** What an event asks for, under an id that nobody has used before. */
export const requestOf = (endpoint: Endpoint, change: object = {}) => {
  asked += 1;
  return { request_id: `request-${asked}`, body: bodyFor(endpoint), ...change };
};

/** The id of what a message asks for, or its text when it has none. */
const nameOf = (text: string): string => {
  try {
    const message = JSON.parse(text) as { detail?: { request_id?: unknown }; request_id?: unknown };
    const id = message.detail?.request_id ?? message.request_id;
    // An id may be anything, even an object that no string can be made of.
    return typeof id === 'string' ? id : text;
  } catch {
    return text;
  }
};

/** Everything between an event and its outcome, with two merchants; messages move only when a test moves them. */
export const startQueueWorld = async ({ hurry = 1, visibilitySeconds = 120, clock = Date.now } = {}) => {
  // First: where a stand-in is missing this throws, and what had been started by then would keep the test from ending.
  const endpoints = await loadEndpoints();
  const stack = await startStack({ clock });
  const [events] = await Promise.all([
    stack.startEvents({ endpoints: endpoints.all, hurry, visibilitySeconds }),
    stack.addMerchant({ mchid: MCHID }),
    stack.addMerchant({ mchid: OTHER, mode: 'public-key' }),
  ]);
  const { client } = events.queues;
  const contracts = contractsOf(endpoints.all);
  const held = new Map<string, Message[]>();

  const urlOf = async (name: string) =>
    (await client.send(new GetQueueUrlCommand({ QueueName: events.queueOf(name) }))).QueueUrl;

  /** Lets what the last delivery left behind be received at once, as if its time had come. */
  const wake = async ({ name }: Endpoint): Promise<void> => {
    const messages = held.get(name) ?? [];
    held.delete(name);
    if (messages.length === 0) return;
    const Entries = messages.map(({ MessageId, ReceiptHandle }) => ({
      Id: MessageId,
      ReceiptHandle,
      VisibilityTimeout: 0,
    }));
    await client.send(new ChangeMessageVisibilityBatchCommand({ QueueUrl: await urlOf(name), Entries }));
  };

  const receive = async (name: string): Promise<Message[]> => {
    const command = new ReceiveMessageCommand({
      QueueUrl: await urlOf(name),
      MaxNumberOfMessages: 10,
      MessageSystemAttributeNames: ['All'],
    });
    return (await client.send(command)).Messages ?? [];
  };

  const remove = async (name: string, messages: readonly Message[]): Promise<void> => {
    if (messages.length === 0) return;
    const Entries = messages.map(({ MessageId, ReceiptHandle }) => ({ Id: MessageId, ReceiptHandle }));
    await client.send(new DeleteMessageBatchCommand({ QueueUrl: await urlOf(name), Entries }));
  };

  const empty = async (name: string): Promise<void> => {
    for (let left = await receive(name); left.length > 0; left = await receive(name))
      await remove(name, left);
  };

  const remembered = async (): Promise<Record<string, AttributeValue>[]> =>
    (await stack.dynamo.client.send(new ScanCommand({ TableName: stack.outcomesTable }))).Items ?? [];

  /** What the table says of each request, sorted. */
  const states = async (): Promise<('ended' | 'free' | 'claimed')[]> => {
    const items = await remembered();
    const stateOf = ({ outcome, claimed_until }: (typeof items)[number]) => {
      if (outcome !== undefined) return 'ended';
      return Number(claimed_until?.N) < Date.now() ? 'free' : 'claimed';
    };
    return items.map(stateOf).sort();
  };

  const forget = async (): Promise<void> => {
    for (const { id } of await remembered())
      if (id)
        await stack.dynamo.client.send(
          new DeleteItemCommand({ TableName: stack.outcomesTable, Key: { id } }),
        );
  };

  return {
    stack,
    events,
    endpoints,
    wake,
    /** A fresh Lambda of an endpoint, as a cold start makes it. */
    lambda: (
      endpoint: Endpoint,
      change: Record<string, string> = {},
      mchid: string | undefined = MCHID,
    ): Invoke => {
      const handler = createHandler(endpoint);
      return async (event, ms) => {
        const env = { WECHATPAY_DEFAULT_MCHID: '', WECHATPAY_TIMEOUT_MS: '' };
        Object.assign(process.env, env, stack.env(mchid), events.env, change);
        return (await handler(event, contextFor(ms))) as SQSBatchResponse;
      };
    },
    /** Asks over the bus, and waits until the queue has it. */
    ask: async ({ name }: Endpoint, ...details: object[]): Promise<void> => {
      for (const detail of details) await events.ask(name, detail);
      await events.eventBridge.delivered();
    },
    /** Puts messages straight into an endpoint's queue. */
    send: async ({ name }: Endpoint, ...bodies: string[]): Promise<void> => {
      const QueueUrl = await urlOf(name);
      for (const MessageBody of bodies) await client.send(new SendMessageCommand({ QueueUrl, MessageBody }));
    },
    /** What API Gateway gets from the same Lambda. */
    overHttp: async (
      { path }: Endpoint,
      invoke: Invoke,
      body: object,
      { headers = {}, ms }: { headers?: Record<string, string>; ms?: number } = {},
    ) => {
      const request = { path, headers: { 'content-type': 'application/json', ...headers } };
      const event: unknown = payload2({ ...request, body: JSON.stringify(body) });
      const answer: unknown = await invoke(event as SQSEvent, ms);
      return answer as BundleAnswer;
    },
    /** What Lambda does with one batch: receive all there is, up to ten, invoke, delete what was done. */
    deliver: async (endpoint: Endpoint, invoke: Invoke, ms?: number): Promise<Delivered> => {
      await wake(endpoint);
      const messages = await receive(endpoint.name);
      const before = events.queues.postponements.length;
      const answer = await invoke(eventOf(messages, events.queues.region, events.queueOf(endpoint.name)), ms);
      const done = doneOf(
        messages.map(({ MessageId = '' }) => MessageId),
        answer,
      );
      const left = messages.filter(({ MessageId = '' }) => !done.includes(MessageId));
      await remove(
        endpoint.name,
        messages.filter(({ MessageId = '' }) => done.includes(MessageId)),
      );
      held.set(endpoint.name, left);
      const named = (handle: string): string =>
        nameOf(messages.find(({ ReceiptHandle }) => ReceiptHandle === handle)?.Body ?? '');
      return {
        names: messages.map(({ Body = '' }) => nameOf(Body)),
        left: left.map(({ Body = '' }) => nameOf(Body)),
        answer,
        postponed: Object.fromEntries(
          events.queues.postponements
            .slice(before)
            .map(({ receiptHandle, seconds }) => [named(receiptHandle), seconds]),
        ),
      };
    },
    /** The outcomes published so far, each held against its contract. */
    outcomes: (): Event[] => {
      const published = events.eventBridge.events.filter(({ source }) => source === SOURCE);
      for (const event of published) expect([event, contracts.errorsOfEvent(event)]).toEqual([event, []]);
      return published;
    },
    /** The items of the table of outcomes. */
    remembered,
    states,
    claimMade: () => eventually(async () => (await states()).includes('claimed')),
    claimsEnded: () => eventually(async () => !(await states()).includes('claimed')),
    /** How many messages an endpoint's queue has, received ones included. */
    waiting: async ({ name }: Endpoint, suffix = ''): Promise<number> => {
      const { ready, inFlight } = await events.queues.contents(`${events.queueOf(name)}${suffix}`);
      return ready.length + inFlight.length;
    },
    signatures: () => stack.kms.calls.filter(({ operation }) => operation === 'Sign').length,
    /** After each test: no fault is left over, nothing waits, is remembered or counted. */
    clear: async (): Promise<void> => {
      for (const { clearFaults } of [stack.wechatpay, stack.kms, stack.dynamo, events.queues]) clearFaults();
      events.eventBridge.clearFaults();
      stack.kms.setPolicy(undefined);
      for (const endpoint of endpoints.all) {
        await wake(endpoint);
        await empty(endpoint.name);
        await empty(asideOf(endpoint.name, 'dead-letters'));
      }
      await forget();
      stack.clear();
      events.clear();
    },
    close: async (): Promise<void> => {
      await events.close();
      await stack.close();
    },
  };
};

/** A world for the tests of a file, and what its Lambdas log; after each test nothing is left in either. */
export const useQueueWorld = async () => {
  const world = await startQueueWorld();
  const logs = captureLogs();
  afterEach(async () => {
    await world.clear();
    logs.clear();
  });
  afterAll(async () => {
    logs.stop();
    await world.close();
  });
  return { world, logs };
};
