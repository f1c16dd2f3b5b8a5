import { describe, expect, it } from '@jest/globals';
import { SOURCE } from '../../lib/events/contract.ts';
import type { BusFault } from '../aws/events/eventbridge.ts';
import { OTHER, requestOf, useQueueWorld } from '../support/queue-world.ts';
import { isClaim, isRelease, isSettlement } from '../support/request-writes.ts';
import { attempts, eventually } from '../support/world.ts';

const ALWAYS = Number.POSITIVE_INFINITY;

const { world, logs } = await useQueueWorld();
const { etc } = world.endpoints;

const details = () => world.outcomes().map(({ detail }) => detail);
const reasons = () =>
  logs.lines.filter(({ message }) => message === 'pre-sign postponed').map(({ reason }) => reason);
const ours = ([source]: readonly string[]): boolean => source === SOURCE;

describe('an outcome that the bus does not take', () => {
  const faults: BusFault[] = ['entry-throttled', 'entry-internal', 'unavailable', 'throttled', 'reset'];
  it.each(faults)('is remembered, and published by the next delivery: %s', async (kind) => {
    const request = requestOf(etc);
    await world.ask(etc, request);
    world.events.eventBridge.fault(kind, ALWAYS, ours);
    const first = await world.deliver(etc, world.lambda(etc));
    expect(first.left).toEqual([request.request_id]);
    expect(Object.values(first.postponed)).toHaveLength(1);
    expect(reasons()).toEqual(['outcome_unpublished']);
    expect(world.outcomes()).toEqual([]);
    expect(await world.states()).toEqual(['ended']);
    world.events.eventBridge.clearFaults();
    expect((await world.deliver(etc, world.lambda(etc))).left).toEqual([]);
    expect(details()).toEqual([
      expect.objectContaining({
        request_id: request.request_id,
        response: { preopen_id: world.stack.wechatpay.presigns.at(-1)?.id },
        wechatpay_request_id: attempts(world.stack)[0]?.requestId,
      }),
    ]);
    expect(attempts(world.stack)).toHaveLength(1);
  });

  it('is put again at once when the bus hangs', async () => {
    await world.ask(etc, requestOf(etc), requestOf(etc));
    world.events.eventBridge.fault('hang', 2, ours);
    expect((await world.deliver(etc, world.lambda(etc))).left).toEqual([]);
    expect(details()).toHaveLength(2);
    expect(attempts(world.stack)).toHaveLength(2);
  });

  it('is left when the bus hangs until the last moment', async () => {
    const request = requestOf(etc);
    await world.ask(etc, request);
    world.events.eventBridge.fault('hang', 2, ours);
    const first = await world.deliver(etc, world.lambda(etc), 4_500);
    expect([first.left, first.postponed]).toEqual([[request.request_id], {}]);
    expect(reasons()).toEqual(['deadline']);
    expect(await world.states()).toEqual(['ended']);
    expect((await world.deliver(etc, world.lambda(etc))).left).toEqual([]);
    // The first Lambda, should it be thawed, puts nothing any more: this one has told.
    expect(details()).toMatchObject([{ request_id: request.request_id, response: expect.anything() }]);
    expect(attempts(world.stack)).toHaveLength(1);
  });

  it('whose answer got lost is published again, with the same detail', async () => {
    await world.ask(etc, requestOf(etc));
    world.events.eventBridge.fault('lost-answer', ALWAYS, ours);
    const first = await world.deliver(etc, world.lambda(etc));
    expect(first.left).toHaveLength(1);
    world.events.eventBridge.clearFaults();
    expect((await world.deliver(etc, world.lambda(etc))).left).toEqual([]);
    const [one, ...more] = details();
    expect(more.length).toBeGreaterThan(0);
    for (const other of more) expect(other).toEqual(one);
    expect(attempts(world.stack)).toHaveLength(1);
  });

  it('a refusal too is published later, as it was', async () => {
    await world.ask(etc, requestOf(etc));
    world.stack.wechatpay.fault({
      kind: 'refuse',
      status: 400,
      code: 'APPID_MCHID_NOT_MATCH',
      message: '不匹配',
    });
    world.events.eventBridge.fault('entry-internal', 1, ours);
    const lambda = world.lambda(etc);
    expect((await world.deliver(etc, lambda)).left).toHaveLength(1);
    expect((await world.deliver(etc, lambda)).left).toEqual([]);
    expect(details()[0]).toMatchObject({ error: { code: 'APPID_MCHID_NOT_MATCH', status: 400 } });
    expect(attempts(world.stack)).toHaveLength(1);
  });
});

describe('outcomes that cannot be reached', () => {
  it.each(['denied', 'unavailable'] as const)(
    'when a pre-sign begins (%s): WeChat Pay is not asked',
    async (kind) => {
      const request = requestOf(etc);
      await world.ask(etc, request);
      world.stack.dynamo.fault(kind, ALWAYS, isClaim);
      const lambda = world.lambda(etc);
      expect((await world.deliver(etc, lambda)).left).toEqual([request.request_id]);
      expect(reasons()).toEqual(['outcomes_unavailable']);
      expect(attempts(world.stack)).toEqual([]);
      expect(world.signatures()).toBe(0);
      world.stack.dynamo.clearFaults();
      expect((await world.deliver(etc, lambda)).left).toEqual([]);
      expect(attempts(world.stack)).toHaveLength(1);
      expect(details()).toHaveLength(1);
    },
  );

  it.each(['denied', 'unavailable'] as const)(
    'when it is done (%s): it is published all the same, and WeChat Pay is not asked again',
    async (kind) => {
      const request = requestOf(etc);
      await world.ask(etc, request);
      world.stack.dynamo.fault(kind, ALWAYS, isSettlement);
      expect((await world.deliver(etc, world.lambda(etc))).left).toEqual([]);
      expect(details()).toEqual([
        expect.objectContaining({ response: { preopen_id: world.stack.wechatpay.presigns.at(-1)?.id } }),
      ]);
      expect(logs.lines).toContainEqual(
        expect.objectContaining({ message: 'outcome not remembered', reason: 'outcomes_unavailable' }),
      );
      expect(attempts(world.stack)).toHaveLength(1);
    },
  );

  it('when its answer gets lost: the write is made twice, and counts once', async () => {
    await world.ask(etc, requestOf(etc));
    for (const step of [isClaim, isSettlement]) world.stack.dynamo.fault('lost-answer', 1, step);
    expect((await world.deliver(etc, world.lambda(etc))).left).toEqual([]);
    expect(details()).toEqual([expect.objectContaining({ response: expect.anything() })]);
    expect(await world.states()).toEqual(['ended']);
    expect(attempts(world.stack)).toHaveLength(1);
  });

  it('when a failure is to be forgotten: the claim ends by itself', async () => {
    const request = requestOf(etc);
    await world.ask(etc, request);
    world.stack.dynamo.fault('denied', ALWAYS, isRelease);
    world.stack.kms.setPolicy(() => false);
    const lambda = world.lambda(etc);
    expect((await world.deliver(etc, lambda, 4_000)).left).toEqual([request.request_id]);
    world.stack.kms.setPolicy(undefined);
    world.stack.dynamo.clearFaults();
    // Another Lambda cannot know whether the first is still at it.
    expect(await world.states()).toEqual(['claimed']);
    expect((await world.deliver(etc, lambda)).left).toEqual([request.request_id]);
    expect(reasons()).toEqual(['kms_access_denied', 'duplicate_in_progress']);
    await eventually(async () => (await world.states())[0] === 'free');
    expect((await world.deliver(etc, lambda)).left).toEqual([]);
    expect(details()).toHaveLength(1);
    expect(attempts(world.stack)).toHaveLength(1);
  });
});

describe('when time is short', () => {
  const writes = () => {
    const seen: string[] = [];
    world.stack.dynamo.watch((operation) => {
      if (operation.endsWith('Item') && operation !== 'GetItem') seen.push(operation);
    });
    return seen;
  };

  it('nine end and one, for which WeChat Pay takes too long, is left', async () => {
    const slow = requestOf(etc, { body: { ...requestOf(etc).body, plan_id: 'SLOW' } });
    const quick = Array.from({ length: 9 }, () => requestOf(etc));
    await world.ask(etc, slow, ...quick);
    world.stack.wechatpay.fault(
      { kind: 'hang' },
      { match: ({ body }) => body.includes('SLOW'), times: ALWAYS },
    );
    const first = await world.deliver(etc, world.lambda(etc), 6_000);
    expect(first.left).toEqual([slow.request_id]);
    expect(Object.keys(first.postponed)).toEqual([slow.request_id]);
    expect(
      details()
        .map(({ request_id }) => request_id)
        .sort(),
    ).toEqual(quick.map(({ request_id }) => request_id).sort());
    expect(reasons()).toEqual(['wechatpay_timeout']);
    expect(await world.states()).toEqual([...Array(9).fill('ended'), 'free']);
    world.stack.wechatpay.clearFaults();
    expect((await world.deliver(etc, world.lambda(etc))).left).toEqual([]);
    expect(details()).toHaveLength(10);
  });

  it('what is still under way in the last moment is left, and nothing is written about it afterwards', async () => {
    const late = requestOf(etc, { mchid: OTHER });
    const quick = Array.from({ length: 9 }, () => requestOf(etc));
    await world.ask(etc, late, ...quick);
    const keyArn = (await world.stack.registry.read(OTHER))?.signing_key_arn;
    world.stack.kms.fault('hang', { times: ALWAYS, match: (request) => request.keyArn === keyArn });
    const seen = writes();
    const first = await world.deliver(etc, world.lambda(etc), 6_000);
    expect([first.left, first.postponed]).toEqual([[late.request_id], {}]);
    expect(details()).toHaveLength(9);
    expect(reasons()).toEqual(['deadline']);
    expect(await world.states()).toEqual(['claimed', ...Array(9).fill('ended')]);
    seen.splice(0);

    world.stack.kms.clearFaults();
    await eventually(async () => !(await world.states()).includes('claimed'));
    expect(seen).toEqual([]);
    expect(attempts(world.stack)).toHaveLength(9);
    expect((await world.deliver(etc, world.lambda(etc))).left).toEqual([]);
    expect(seen).toEqual(['UpdateItem', 'UpdateItem']);
    expect(details()).toHaveLength(10);
    expect(attempts(world.stack)).toHaveLength(10);
  });
});
