import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  CREDENTIALS,
  entry,
  failureOf,
  QUEUE,
  REGION,
  startWorld,
  until,
  type World,
} from '../../support/aws/events-test-world.ts';

let world: World;
beforeEach(async () => {
  world = await startWorld();
});
afterEach(() => world.close());

describe('a fault', () => {
  it.each([
    ['unavailable', { name: 'InternalException', status: 500 }],
    ['throttled', { name: 'ThrottlingException', status: 400 }],
  ] as const)('%s refuses the call', async (kind, error) => {
    world.eventBridge.fault(kind, 2);
    expect(await failureOf(world.put(entry()))).toMatchObject(error);
    expect(await failureOf(world.put(entry()))).toMatchObject(error);
    expect(world.eventBridge.events).toEqual([]);
    expect((await world.put(entry())).FailedEntryCount).toBe(0);
    expect(world.eventBridge.calls()).toBe(3);
  });

  it.each([
    ['entry-throttled', 'ThrottlingException'],
    ['entry-internal', 'InternalFailure'],
  ] as const)('%s refuses the first entry alone', async (kind, ErrorCode) => {
    world.eventBridge.fault(kind);
    const second = entry({ Detail: '{"request_id":"two"}' });
    const { FailedEntryCount, Entries } = await world.put(entry(), second);
    expect(FailedEntryCount).toBe(1);
    expect(Entries).toMatchObject([{ ErrorCode }, { EventId: world.eventBridge.events[0]?.id }]);
    expect(world.eventBridge.events.map(({ detail }) => detail)).toEqual([{ request_id: 'two' }]);
    await world.eventBridge.delivered();
    const { ready } = await world.queues.contents(QUEUE);
    expect(ready.map((body) => JSON.parse(body) as unknown)).toEqual(world.eventBridge.events);
  });

  it('reset breaks the connection before anything is taken', async () => {
    world.eventBridge.fault('reset');
    expect((await failureOf(world.put(entry()))).message).toContain('ECONNRESET');
    expect(world.eventBridge.events).toEqual([]);
  });

  it('lost-answer breaks it afterwards: who tries again says it twice', async () => {
    world.eventBridge.fault('lost-answer');
    expect((await failureOf(world.put(entry()))).message).toContain('ECONNRESET');
    await world.put(entry());
    await world.eventBridge.delivered();
    const [first, second] = world.eventBridge.events.map((event) => JSON.stringify(event));
    expect((await world.queues.contents(QUEUE)).ready.sort()).toEqual([first, second].sort());
    expect(first).not.toBe(second);
  });

  it('hang keeps the caller waiting', async () => {
    world.eventBridge.fault('hang');
    const waiting = new AbortController();
    const work = world.client.send(new PutEventsCommand({ Entries: [entry()] }), {
      abortSignal: waiting.signal,
    });
    const failed = failureOf(work);
    await until(() => world.eventBridge.calls() === 1);
    const first = await Promise.race([failed, world.put(entry()).then(() => 'the next is served')]);
    expect(first).toBe('the next is served');
    waiting.abort();
    expect((await failed).name).toBe('AbortError');
    expect(world.eventBridge.events).toHaveLength(1);
  });

  it('hang ends when the bus closes', async () => {
    const closing = await startWorld();
    closing.eventBridge.fault('hang');
    const failed = failureOf(closing.put(entry()));
    await until(() => closing.eventBridge.calls() === 1);
    await closing.close();
    expect((await failed).message).toMatch(/socket hang up|ECONNRESET/);
  });

  it('meets the sources it is meant for, and goes when it is told to', async () => {
    world.eventBridge.fault('throttled', 1, (sources) => sources.includes('shop'));
    await world.put(entry({ Source: 'bank' }));
    expect((await failureOf(world.put(entry()))).name).toBe('ThrottlingException');
    world.eventBridge.fault('throttled');
    world.eventBridge.clearFaults();
    await world.put(entry());
  });

  it('is got over by the SDK', async () => {
    const client = new EventBridgeClient({
      endpoint: world.eventBridge.url,
      region: REGION,
      credentials: CREDENTIALS,
    });
    world.eventBridge.fault('unavailable');
    await client.send(new PutEventsCommand({ Entries: [entry()] }));
    expect(world.eventBridge.calls()).toBe(2);
    client.destroy();
  });
});

it('tells listeners of each event, and forgets what it was told to', async () => {
  const heard: string[] = [];
  world.eventBridge.onEvent(({ source }) => void heard.push(source));
  await world.put(entry(), entry({ Source: 'bank' }), entry({ Detail: '[]' }));
  expect(heard).toEqual(['shop', 'bank']);
  world.clear();
  expect([world.eventBridge.events, world.eventBridge.calls(), world.queues.calls]).toEqual([[], 0, []]);
});

it('takes its time when it has to', async () => {
  world.eventBridge.latencyMs = 80;
  const started = performance.now();
  await world.put(entry());
  expect(performance.now() - started).toBeGreaterThanOrEqual(75);
});
