import { ReceiveMessageCommand, SendMessageCommand } from '@aws-sdk/client-sqs';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { bodiesOf, startServed } from '../../support/aws/events-test-function.ts';
import { QUEUE, REGION, until } from '../../support/aws/events-test-world.ts';

type Served = Awaited<ReturnType<typeof startServed>>;
let world: Served;
beforeEach(async () => {
  world = await startServed();
});
afterEach(() => world.close());

it('hands over messages as Lambda does', async () => {
  const QueueUrl = await world.urlOf(QUEUE);
  const MessageAttributes = { ERROR_CODE: { DataType: 'String', StringValue: 'THROTTLING' } };
  const before = Date.now();
  const { MessageId } = await world.queues.client.send(
    new SendMessageCommand({ QueueUrl, MessageBody: 'hello', MessageAttributes }),
  );
  await world.serve(() => null).idle();
  expect(world.seen).toHaveLength(1);
  const [record] = world.seen[0]?.Records ?? [];
  expect(record).toEqual({
    messageId: MessageId,
    receiptHandle: expect.stringMatching(/./) as unknown,
    body: 'hello',
    attributes: {
      ApproximateReceiveCount: '1',
      SentTimestamp: expect.stringMatching(/^\d{13}$/) as unknown,
      SenderId: expect.any(String) as unknown,
      ApproximateFirstReceiveTimestamp: expect.stringMatching(/^\d{13}$/) as unknown,
    },
    messageAttributes: {
      ERROR_CODE: {
        stringValue: 'THROTTLING',
        stringListValues: [],
        binaryListValues: [],
        dataType: 'String',
      },
    },
    md5OfBody: '5d41402abc4b2a76b9719d911017c592',
    md5OfMessageAttributes: expect.stringMatching(/^[0-9a-f]{32}$/) as unknown,
    eventSource: 'aws:sqs',
    eventSourceARN: `arn:aws-cn:sqs:${REGION}:000000000000:${QUEUE}`,
    awsRegion: REGION,
  });
  expect(Number(record?.attributes.SentTimestamp)).toBeGreaterThanOrEqual(before);
});

it('gives a message five chances, and then it is a dead letter under the same id', async () => {
  await world.send('poison');
  await world.serve(() => Promise.reject(new Error('crashed'))).idle();
  const counts = world.seen.map(({ Records }) => Records[0]?.attributes.ApproximateReceiveCount);
  expect(counts).toEqual(['1', '2', '3', '4', '5']);
  const QueueUrl = await world.urlOf(`${QUEUE}-dead-letters`);
  const { Messages } = await world.queues.client.send(new ReceiveMessageCommand({ QueueUrl }));
  const MessageId = world.seen[0]?.Records[0]?.messageId;
  expect(Messages).toEqual([expect.objectContaining({ Body: 'poison', MessageId })]);
});

it('takes ten messages at a time, unless told otherwise', async () => {
  const bodies = Array.from('abcdefghijklmnopqrstuvwxy');
  for (const from of [0, 10, 20]) await world.send(...bodies.slice(from, from + 10));
  await world.serve(() => null).idle();
  expect(Math.max(...world.seen.map(({ Records }) => Records.length))).toBe(10);
  expect(bodiesOf(...world.seen)).toEqual(bodies);
});

it('runs no more batches at once than it may, none larger than it may be', async () => {
  // Nothing may come again only because a batch was held for long.
  await world.close();
  world = await startServed({});
  await world.send(...'abcdefgh');
  const gates: (() => void)[] = [];
  const atOnce: number[] = [];
  const held = () => {
    atOnce.push(gates.length + 1);
    return new Promise<null>((resolve) => gates.push(() => resolve(null)));
  };
  const poller = world.serve(held, { batchSize: 2, maximumConcurrency: 2 });
  for (let left = 4; left > 0; left -= 2) {
    await until(() => gates.length === 2);
    for (const open of gates.splice(0)) open();
  }
  await poller.idle();
  expect(world.seen.map(({ Records }) => Records.length)).toEqual([2, 2, 2, 2]);
  expect(Math.max(...atOnce)).toBe(2);
});

it('bears a queue that fails', async () => {
  await world.send('a', 'b', 'c');
  world.queues.fault('denied', 2, (operation) => operation === 'GetQueueUrl');
  world.queues.fault('denied', 2, (operation) => operation === 'ReceiveMessage');
  world.queues.fault('denied', 1, (operation) => operation === 'DeleteMessageBatch');
  const poller = world.serve(() => null);
  await poller.idle();
  expect(poller.stats).toMatchObject({ deleted: 3, left: 3 });
});

it('closes once the invocation under way has ended, and takes no more', async () => {
  await world.send('first');
  let ended = false;
  let open = (): void => undefined;
  const gate = new Promise<void>((resolve) => {
    open = resolve;
  });
  const running = world.serve(async () => {
    await gate;
    ended = true;
  });
  await until(() => world.seen.length === 1);
  const closed = running.close().then(() => ended);
  open();
  expect(await closed).toBe(true);
  await world.send('second');
  expect(await world.queues.contents(QUEUE)).toEqual({ ready: ['second'], inFlight: [] });
});

it('waits for messages instead of asking without end', async () => {
  world.serve(() => null);
  world.queues.clearCalls();
  const receives = () => world.queues.calls.filter((operation) => operation === 'ReceiveMessage').length;
  const started = performance.now();
  await until(() => receives() === 5);
  // Four of the five have waited 0.25 s each.
  expect(performance.now() - started).toBeGreaterThanOrEqual(700);
});
