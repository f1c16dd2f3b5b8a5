import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { CHILD_ENV } from '../support/child-env.ts';
import { type QueueWorld, requestOf, startQueueWorld } from '../support/queue-world.ts';
import { captureLogs, type Logs } from '../support/world.ts';

const TOOL = fileURLToPath(new URL('../../tools/dead-letters.ts', import.meta.url));

let logs: Logs;
beforeEach(() => {
  logs = captureLogs();
});
afterEach(() => logs.stop());

const deadLettered = () => logs.lines.filter(({ message }) => message === 'pre-sign dead-lettered');

/** Runs the operator's tool against the world's queues. */
const redrive = (world: QueueWorld, endpoint: string) =>
  new Promise<{ status: unknown; moved: unknown }>((resolve) => {
    const args = ['redrive', '--stage', 'sandbox', '--endpoint', endpoint, '--json'];
    const env = { ...CHILD_ENV, ...world.stack.env(), ...world.events.env };
    execFile(process.execPath, [TOOL, ...args], { env }, (error, stdout) => {
      const { queues } = JSON.parse(stdout) as { queues: { queue: string; moved: number }[] };
      const moved = queues.find(({ queue }) => queue === 'dead-letters')?.moved;
      resolve({ status: error?.code ?? 0, moved });
    });
  });

describe('forty pre-signs that failed five times', () => {
  let world: QueueWorld;
  beforeAll(async () => {
    world = await startQueueWorld();
  });
  afterAll(() => world.close());

  it('are dead letters; moved back after the fault, all succeed and none is doubled', async () => {
    const { etc } = world.endpoints;
    const requests = Array.from({ length: 40 }, () => requestOf(etc));
    const ids = requests.map(({ request_id }) => request_id).sort();
    await world.ask(etc, ...requests);
    world.stack.kms.setPolicy(() => false);
    const lambda = world.lambda(etc);
    while ((await world.waiting(etc)) > 0) await world.deliver(etc, lambda);
    expect(await world.waiting(etc, '-dead-letters')).toBe(40);
    expect(deadLettered()).toHaveLength(40);
    expect(deadLettered()[0]).toMatchObject({
      level: 'ERROR',
      code: 'SERVICE_UNAVAILABLE',
      reason: 'kms_access_denied',
      receives: 5,
    });
    expect(deadLettered()[0]).not.toHaveProperty('retry_in_s');
    expect(
      deadLettered()
        .map(({ request_id }) => request_id)
        .sort(),
    ).toEqual(ids);
    expect(logs.metrics()).toContain('PresignDeadLettered');
    expect(world.outcomes()).toEqual([]);

    world.stack.kms.setPolicy(undefined);
    // Ten are moved and stay as well: they come a second time.
    world.events.queues.fault('denied', 1, (operation) => operation === 'DeleteMessageBatch');
    expect(await redrive(world, etc.name)).toEqual({ status: 1, moved: 10 });
    expect(await redrive(world, etc.name)).toEqual({ status: 0, moved: 40 });
    expect(await world.waiting(etc, '-dead-letters')).toBe(0);
    while ((await world.waiting(etc)) > 0) await world.deliver(etc, lambda);

    const { presigns } = world.stack.wechatpay;
    expect(presigns).toHaveLength(40);
    const answers = new Map<unknown, Set<string>>();
    for (const { detail } of world.outcomes()) {
      const known = answers.get(detail['request_id']) ?? new Set();
      answers.set(detail['request_id'], known.add(JSON.stringify(detail['response'])));
    }
    expect([...answers.keys()].sort()).toEqual(ids);
    const tokens = [...answers.values()].flatMap((known) => [...known]).sort();
    expect(tokens).toEqual(presigns.map(({ id }) => JSON.stringify({ preopen_id: id })).sort());
    expect(await world.waiting(etc, '-dead-letters')).toBe(0);
  });
});

describe('left to itself', () => {
  let world: QueueWorld;
  beforeAll(async () => {
    // A minute passes in 60 ms, and a received message stays hidden for 40 s.
    world = await startQueueWorld({ hurry: 1_000, visibilitySeconds: 40_000 });
  });
  afterAll(() => world.close());
  afterEach(() => world.clear());

  it('a pre-sign that fails five times becomes a dead letter', async () => {
    const { campus } = world.endpoints;
    world.stack.kms.setPolicy(() => false);
    const poller = world.events.poll(campus.name, world.lambda(campus));
    await world.ask(campus, requestOf(campus));
    await poller.idle();
    await poller.close();
    expect(poller.stats).toEqual({ invocations: 5, deleted: 0, left: 5 });
    expect(await world.waiting(campus, '-dead-letters')).toBe(1);
    expect(deadLettered()).toHaveLength(1);
    expect(world.outcomes()).toEqual([]);
  });

  it('pre-signs that fail for a while succeed, each answered once', async () => {
    const { campus } = world.endpoints;
    const requests = Array.from({ length: 15 }, () => requestOf(campus));
    world.stack.wechatpay.fault({ kind: 'rate-limit', retryAfter: 20 }, { times: 30 });
    const poller = world.events.poll(campus.name, world.lambda(campus));
    await world.ask(campus, ...requests);
    await poller.idle();
    await poller.close();
    const ids = world.outcomes().map(({ detail }) => detail['request_id']);
    expect(ids.sort()).toEqual(requests.map(({ request_id }) => request_id).sort());
    for (const outcome of world.outcomes())
      expect(outcome['detail-type']).toBe('EduschoolpayContractsPresignSucceeded');
    expect(world.stack.wechatpay.presigns).toHaveLength(15);
    expect(poller.stats).toMatchObject({ deleted: 15, left: 30 });
  });
});
