import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { DeleteQueueCommand, ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  BUS,
  CREDENTIALS,
  entry,
  OTHER,
  QUEUE,
  REGION,
  startWorld,
  type World,
} from '../../support/aws/events-test-world.ts';
import { createDelivery } from './delivery.ts';

const UNDELIVERED = `${QUEUE}-undelivered`;
const sending = (operation: string): boolean => operation === 'SendMessage';

let world: World;
beforeEach(async () => {
  world = await startWorld();
});
afterEach(() => world.close());

const bodiesOf = async (name: string): Promise<unknown[]> =>
  (await world.queues.contents(name)).ready.map((body) => JSON.parse(body) as unknown);
const eventsOn = async (...names: string[]) => Promise.all(names.map(bodiesOf));
const attributesOf = async (name: string) => {
  const QueueUrl = await world.urlOf(name);
  const command = new ReceiveMessageCommand({ QueueUrl, MessageAttributeNames: ['All'] });
  const { Messages: [message] = [] } = await world.queues.client.send(command);
  return Object.fromEntries(
    Object.entries(message?.MessageAttributes ?? {}).map(([name, { StringValue }]) => [name, StringValue]),
  );
};
/** A way to the queues that breaks its first `broken` connections. */
const startBrokenWay = async (broken: number) => {
  let connections = 0;
  const server = createServer((socket) => {
    connections += 1;
    if (connections <= broken) return void socket.resetAndDestroy();
    const onward = connect(Number(new URL(world.queues.url).port), '127.0.0.1');
    socket.on('error', () => onward.destroy()).pipe(onward);
    onward.on('error', () => socket.destroy()).pipe(socket);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => once(server.close(), 'close'),
  };
};
const sends = () => world.queues.calls.filter(sending).length;

describe('a rule', () => {
  it('brings what is asked of its endpoint to its queue, as the event it became', async () => {
    await world.put(
      entry(),
      entry({ DetailType: 'OtherRequested' }),
      entry({ DetailType: 'CarPresignSucceeded' }),
    );
    await world.eventBridge.delivered();
    const [asked, other, unheard] = world.eventBridge.events;
    expect(await eventsOn(QUEUE, OTHER, UNDELIVERED)).toEqual([[asked], [other], []]);
    expect(unheard?.['detail-type']).toBe('CarPresignSucceeded');
  });

  it('does not listen to the service itself', async () => {
    await world.put(entry({ Source: 'wechatpay-presign' }));
    await world.eventBridge.delivered();
    expect(world.eventBridge.events).toHaveLength(1);
    expect(await eventsOn(QUEUE)).toEqual([[]]);
  });

  it('brings every one of many', async () => {
    for (let call = 0; call < 10; call += 1) await world.put(...Array(10).fill(entry()));
    await world.eventBridge.delivered();
    const ids = (await bodiesOf(QUEUE)).map((event) => (event as { id: string }).id).sort();
    expect(ids).toEqual(world.eventBridge.events.map(({ id }) => id).sort());
    expect(new Set(ids).size).toBe(100);
  });
});

describe('a queue that cannot be reached', () => {
  it.each(['unavailable', 'throttled'] as const)('is tried again when %s', async (kind) => {
    world.queues.fault(kind, 4, sending);
    await world.put(entry());
    await world.eventBridge.delivered();
    expect(sends()).toBe(5);
    expect(await eventsOn(QUEUE, UNDELIVERED)).toEqual([[world.eventBridge.events[0]], []]);
  });

  it.each([
    ['unavailable', 'ERROR_FROM_TARGET', 5],
    ['throttled', 'THROTTLING', 5],
    ['denied', 'NO_PERMISSIONS', 1],
  ] as const)('leaves an event undelivered with the reason: %s', async (kind, code, attempts) => {
    world.queues.fault(kind, attempts, sending);
    await world.put(entry());
    await world.eventBridge.delivered();
    expect(sends()).toBe(attempts + 1);
    expect(await eventsOn(QUEUE, UNDELIVERED)).toEqual([[], [world.eventBridge.events[0]]]);
    expect(await attributesOf(UNDELIVERED)).toEqual({
      RULE_ARN: `arn:aws-cn:events:${REGION}:111122223333:rule/${BUS}/${QUEUE}`,
      TARGET_ARN: `arn:aws-cn:sqs:${REGION}:111122223333:${QUEUE}`,
      ERROR_CODE: code,
      ERROR_MESSAGE: 'Simulated.',
    });
  });

  it('is not tried again when it is gone', async () => {
    await world.queues.client.send(new DeleteQueueCommand({ QueueUrl: await world.urlOf(QUEUE) }));
    await world.put(entry());
    await world.eventBridge.delivered();
    expect(sends()).toBe(1);
    expect(await bodiesOf(UNDELIVERED)).toEqual(world.eventBridge.events);
    expect((await attributesOf(UNDELIVERED))['ERROR_CODE']).toBe('NO_RESOURCE');
  });

  it('leaves an event undelivered when nobody answers', async () => {
    await world.put(entry({ DetailType: 'Unheard' }));
    const [event] = world.eventBridge.events;
    if (event === undefined) throw new Error('expected an event');
    const way = await startBrokenWay(5);
    const [name, detailType] = ['car', 'Unheard'];
    const delivery = createDelivery({
      queuesFor: () => [],
      rules: [{ name, detailType, notSource: '', queueName: QUEUE, undeliveredQueueName: UNDELIVERED }],
      queues: { url: way.url, region: REGION },
      credentials: CREDENTIALS,
      account: '111122223333',
      bus: BUS,
    });
    delivery.deliver(event);
    await delivery.close();
    await way.close();
    expect(await eventsOn(QUEUE, UNDELIVERED)).toEqual([[], [event]]);
    expect((await attributesOf(UNDELIVERED))['ERROR_CODE']).toBe('CONNECTION_FAILURE');
  });

  it('loses what its dead letters cannot take either, which is told', async () => {
    world.queues.fault('denied', 2, sending);
    await world.put(entry());
    await world.eventBridge.delivered();
    expect(world.eventBridge.dropped).toEqual(world.eventBridge.events);
    expect(await eventsOn(QUEUE, UNDELIVERED)).toEqual([[], []]);
  });
});
