import {
  ChangeMessageVisibilityCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { afterEach, describe, expect, it } from '@jest/globals';
import {
  CREDENTIALS,
  failureOf,
  QUEUE,
  REGION,
  startWorld,
  until,
  type World,
} from '../../support/aws/events-test-world.ts';

let world: World;
afterEach(() => world.close());

const attributesOf = async (name: string) => {
  const QueueUrl = await world.urlOf(name);
  const command = new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] });
  return (await world.queues.client.send(command)).Attributes ?? {};
};
const receive = async (more: object = {}) => {
  const QueueUrl = await world.urlOf(QUEUE);
  const command = new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, ...more });
  return { QueueUrl, messages: (await world.queues.client.send(command)).Messages ?? [] };
};
/** Milliseconds from the start of `work`, which hides the message, until it can be received again. */
const hiddenFor = async (work: () => Promise<unknown>): Promise<number> => {
  const started = performance.now();
  await work();
  await until(async () => (await receive({ WaitTimeSeconds: 1 })).messages.length > 0);
  return performance.now() - started;
};

describe('the queues of an endpoint', () => {
  it('are three, of which the first gives up after five receives', async () => {
    world = await startWorld({ visibilitySeconds: 90 });
    const dead = await attributesOf(`${QUEUE}-dead-letters`);
    const { VisibilityTimeout, RedrivePolicy = '' } = await attributesOf(QUEUE);
    expect(VisibilityTimeout).toBe('90');
    expect(JSON.parse(RedrivePolicy)).toEqual({ deadLetterTargetArn: dead['QueueArn'], maxReceiveCount: 5 });
    for (const name of ['dead-letters', 'undelivered']) {
      const { MessageRetentionPeriod, RedrivePolicy: none } = await attributesOf(`${QUEUE}-${name}`);
      expect([MessageRetentionPeriod, none]).toEqual(['1209600', undefined]);
    }
  });

  it('are on this machine alone', async () => {
    world = await startWorld();
    expect(new URL(world.queues.url).hostname).toBe('127.0.0.1');
    const port = new URL(world.queues.url).port;
    await expect(fetch(`http://127.0.0.2:${port}/health`)).rejects.toThrow('fetch failed');
  });

  it('can be looked into without a receive', async () => {
    world = await startWorld();
    await world.send('a', 'b');
    const look = () => world.queues.contents(QUEUE);
    expect(await look()).toEqual({ ready: ['a', 'b'], inFlight: [] });
    expect((await receive({ MaxNumberOfMessages: 1 })).messages).toHaveLength(1);
    world.queues.clearCalls();
    expect(await look()).toEqual({ ready: ['b'], inFlight: ['a'] });
    expect(await look()).toEqual({ ready: ['b'], inFlight: ['a'] });
    expect(world.queues.calls).toEqual([]);
    await expect(world.queues.contents('no-such')).rejects.toThrow('no queue no-such');
  });
});

describe('time that passes faster', () => {
  it('brings a message back early, whoever sets its time-out', async () => {
    world = await startWorld({ hurry: 1_000, visibilitySeconds: 200 });
    await world.send('a');
    const own = await hiddenFor(() => receive());
    expect(own).toBeGreaterThanOrEqual(190);
    expect(own).toBeLessThan(30_000);
    const { QueueUrl, messages } = await receive({ WaitTimeSeconds: 1, VisibilityTimeout: 40_000 });
    expect(messages).toHaveLength(1);
    const ReceiptHandle = messages[0]?.ReceiptHandle;
    const change = (VisibilityTimeout: number) =>
      world.queues.client.send(
        new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle, VisibilityTimeout }),
      );
    expect(await failureOf(change(50_000))).toMatchObject({ status: 400 });
    const changed = await hiddenFor(() => change(300));
    expect(changed).toBeGreaterThanOrEqual(290);
    expect(changed).toBeLessThan(30_000);
  });

  it('delays for less', async () => {
    world = await startWorld({ hurry: 1_000 });
    const QueueUrl = await world.urlOf(QUEUE);
    const message = new SendMessageCommand({ QueueUrl, MessageBody: 'a', DelaySeconds: 300 });
    const delayed = await hiddenFor(() => world.queues.client.send(message));
    expect(delayed).toBeGreaterThanOrEqual(290);
    expect(delayed).toBeLessThan(30_000);
  });

  it('is up to the caller: by itself it passes as everywhere', async () => {
    world = await startWorld({ visibilitySeconds: 1 });
    await world.send('a');
    expect(await hiddenFor(() => receive())).toBeGreaterThanOrEqual(990);
  });
});

describe('a fault', () => {
  it.each([
    ['unavailable', 'InternalError', 500],
    ['throttled', 'ThrottlingException', 400],
    ['denied', 'AccessDenied', 403],
  ] as const)('%s is an answer of SQS', async (kind, name, status) => {
    world = await startWorld();
    const QueueUrl = await world.urlOf(QUEUE);
    const client = new SQSClient({
      endpoint: world.queues.url,
      region: REGION,
      credentials: CREDENTIALS,
      maxAttempts: 1,
    });
    const work = () => client.send(new ReceiveMessageCommand({ QueueUrl }));
    world.queues.fault(kind, 2);
    expect(await failureOf(work())).toMatchObject({ name, status });
    expect(await failureOf(work())).toMatchObject({ name, status });
    await work();
    world.queues.fault(kind);
    world.queues.clearFaults();
    await work();
    client.destroy();
  });

  it('meets the operation it is meant for, and is counted with the others', async () => {
    world = await startWorld();
    await world.send('a');
    world.queues.clearCalls();
    world.queues.fault('denied', 1, (operation) => operation === 'DeleteMessage');
    const { QueueUrl, messages } = await receive();
    const remove = () =>
      world.queues.client.send(
        new DeleteMessageCommand({ QueueUrl, ReceiptHandle: messages[0]?.ReceiptHandle }),
      );
    expect((await failureOf(remove())).name).toBe('AccessDenied');
    await remove();
    expect(world.queues.calls).toEqual(['GetQueueUrl', 'ReceiveMessage', 'DeleteMessage', 'DeleteMessage']);
    expect(await world.queues.contents(QUEUE)).toEqual({ ready: [], inFlight: [] });
  });
});
