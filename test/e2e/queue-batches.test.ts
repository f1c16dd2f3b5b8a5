import { describe, expect, it } from '@jest/globals';
import { fc } from '../support/fast-check.ts';
import { MCHID, OTHER, requestOf, useQueueWorld } from '../support/queue-world.ts';
import { attempts, bodyFor } from '../support/world.ts';

const ALWAYS = Number.POSITIVE_INFINITY;
const REQUESTED = 'VehicleEtcPreopenRequested';

const { world, logs } = await useQueueWorld();
const { etc } = world.endpoints;

const saying = (message: string) => logs.lines.filter((line) => line['message'] === message);

describe('a message that nobody can read', () => {
  const messages: [string, () => string][] = [
    ['no JSON', () => '{"request_id":"cut-'],
    ['nothing but text', () => 'hello'],
    ['null', () => 'null'],
    ['a list', () => '[{"request_id":"a"}]'],
    ['no id', () => JSON.stringify({ body: bodyFor(etc) })],
    ['an empty id', () => JSON.stringify(requestOf(etc, { request_id: '' }))],
    ['an id of 65 characters', () => JSON.stringify(requestOf(etc, { request_id: 'x'.repeat(65) }))],
    ['a number as id', () => JSON.stringify(requestOf(etc, { request_id: 7 }))],
    ['an envelope without detail', () => JSON.stringify({ 'detail-type': REQUESTED })],
    [
      'an envelope in an envelope',
      () => JSON.stringify({ 'detail-type': REQUESTED, detail: { detail: requestOf(etc) } }),
    ],
    [
      'a request to another endpoint',
      () =>
        JSON.stringify({ 'detail-type': 'EduschoolpayContractsPresignRequested', detail: requestOf(etc) }),
    ],
  ];

  it.each(messages)('is a dead letter after five receives at once: %s', async (_, text) => {
    await world.send(etc, text());
    const lambda = world.lambda(etc);
    for (let receive = 1; receive <= 5; receive += 1) {
      const { names, left, postponed } = await world.deliver(etc, lambda);
      expect(left).toEqual(names);
      expect(Object.values(postponed)).toEqual([0]);
    }
    expect(await world.deliver(etc, lambda)).toMatchObject({ names: [] });
    expect(await world.waiting(etc, '-dead-letters')).toBe(1);
    expect(saying('pre-sign postponed')).toHaveLength(4);
    expect(saying('pre-sign dead-lettered')).toEqual([
      expect.objectContaining({ level: 'ERROR', reason: 'record_unreadable', receives: 5 }),
    ]);
    expect(logs.metrics()).toContain('PresignDeadLettered');
    expect(world.outcomes()).toEqual([]);
    expect(attempts(world.stack)).toEqual([]);
    expect(await world.remembered()).toEqual([]);
  });

  it('an outcome that a rule brings back is not answered', async () => {
    await world.ask(etc, requestOf(etc), requestOf(etc, { body: {} }));
    const lambda = world.lambda(etc);
    await world.deliver(etc, lambda);
    const outcomes = world.outcomes();
    expect(outcomes.map((event) => event['detail-type']).sort()).toEqual([
      'VehicleEtcPreopenFailed',
      'VehicleEtcPreopenSucceeded',
    ]);
    await world.send(etc, ...outcomes.map((event) => JSON.stringify(event)));
    const { names, left } = await world.deliver(etc, lambda);
    expect(left).toEqual(names);
    expect(left).toHaveLength(2);
    expect(world.outcomes()).toHaveLength(2);
  });
});

describe('one record of a batch never hurts another', () => {
  it('ten of every kind at once: exactly what may go better, or cannot be read, is left', async () => {
    const lambda = world.lambda(etc);
    const known = requestOf(etc);
    await world.ask(etc, known);
    await world.deliver(etc, lambda);
    world.stack.clear();
    world.events.clear();

    const fail = { match: ({ body }: { body: Buffer }) => body.includes('PLAN_DOWN'), times: ALWAYS };
    const quote = { match: ({ body }: { body: Buffer }) => body.includes('PLAN_REFUSED'), times: ALWAYS };
    world.stack.wechatpay.fault({ kind: 'rate-limit', retryAfter: 600 }, fail);
    world.stack.wechatpay.fault(
      { kind: 'refuse', status: 400, code: 'PARAM_ERROR', message: '不合法' },
      quote,
    );
    const [keyArn] = [(await world.stack.registry.read(OTHER))?.signing_key_arn];
    world.stack.kms.fault('throttled', { times: ALWAYS, match: (request) => request.keyArn === keyArn });
    const text = (change: object, body: object = {}) =>
      JSON.stringify(requestOf(etc, { body: bodyFor(etc, body), ...change }));
    await world.send(
      etc,
      '{',
      text({ request_id: 'good-1' }),
      text({ request_id: 'invalid', body: {} }),
      text({ request_id: 'down' }, { plan_id: 'PLAN_DOWN' }),
      JSON.stringify(known),
      text({ request_id: 'refused' }, { plan_id: 'PLAN_REFUSED' }),
      JSON.stringify({ 'detail-type': 'SomethingElse', detail: { request_id: 'stray' } }),
      text({ request_id: 'unsigned', mchid: OTHER }),
      text({ request_id: known.request_id }, { plan_id: 'OTHER' }),
      text({ request_id: 'good-2', mchid: MCHID }),
    );
    const { names, left, postponed } = await world.deliver(etc, lambda);
    expect(names).toHaveLength(10);
    expect(left).toEqual(['{', 'down', 'stray', 'unsigned']);
    expect(postponed).toMatchObject({ '{': 0, down: 600, stray: 0 });
    const ends = world
      .outcomes()
      .map(({ 'detail-type': type, detail }) => [
        detail['request_id'],
        type.replace('VehicleEtcPreopen', ''),
        (detail['error'] as { code: string } | undefined)?.code,
      ]);
    expect(ends.sort()).toEqual(
      [
        ['good-1', 'Succeeded', undefined],
        ['good-2', 'Succeeded', undefined],
        ['invalid', 'Failed', 'PARAM_ERROR'],
        ['refused', 'Failed', 'PARAM_ERROR'],
        [known.request_id, 'Succeeded', undefined],
        [known.request_id, 'Failed', 'REQUEST_ID_REUSED'],
      ].sort(),
    );
    // What is left is logged once, what ended too.
    expect(saying('pre-sign postponed')).toHaveLength(4);
    expect(logs.ends()).toHaveLength(6 + 1);
  });

  it('and the HTTP way of the same Lambda asks nothing of queue, bus and outcomes', async () => {
    await world.ask(etc, requestOf(etc));
    const lambda = world.lambda(etc);
    await world.deliver(etc, lambda);
    world.stack.clear();
    world.events.clear();
    const answer = await world.overHttp(etc, lambda, bodyFor(etc));
    expect(answer.statusCode).toBe(200);
    expect(attempts(world.stack)).toHaveLength(1);
    expect(world.stack.dynamo.calls).toEqual([]);
    expect(world.events.queues.calls).toEqual([]);
    expect(world.events.eventBridge.calls()).toBe(0);
  });
});

describe('whatever a message is', () => {
  const members = fc.record(
    {
      request_id: fc.oneof(
        fc.string({ minLength: 1, maxLength: 70 }),
        fc.uuid(),
        fc.jsonValue({ maxDepth: 1 }),
      ),
      mchid: fc.oneof(fc.constantFrom(MCHID, OTHER, ''), fc.jsonValue({ maxDepth: 1 })),
      body: fc.oneof(fc.constant('VALID'), fc.jsonValue({ maxDepth: 2 })),
      extra: fc.jsonValue({ maxDepth: 1 }),
    },
    { requiredKeys: ['request_id'] },
  );
  const envelope = fc.record({
    'detail-type': fc.oneof(fc.constant(REQUESTED), fc.jsonValue({ maxDepth: 1 })),
    detail: fc.oneof(members, fc.jsonValue({ maxDepth: 2 })),
  });
  const valid = fc.record({ request_id: fc.uuid(), body: fc.constant('VALID') });
  const message = fc.oneof(valid, members, envelope, fc.jsonValue({ maxDepth: 3 }));

  it('is either answered once and gone, or left, and nothing is thrown', async () => {
    const lambda = world.lambda(etc);
    const seen = new Set<string>();
    await fc.assert(
      fc.asyncProperty(message, async (value) => {
        await world.clear();
        await world.send(etc, JSON.stringify(value).replaceAll('"VALID"', JSON.stringify(bodyFor(etc))));
        const { names, left } = await world.deliver(etc, lambda);
        const published = world.events.eventBridge.events.length;
        expect([names.length, left.length + published]).toEqual([1, 1]);
        seen.add(left.length > 0 ? 'left' : String(world.events.eventBridge.events[0]?.['detail-type']));
      }),
    );
    expect([...seen].sort()).toEqual(['VehicleEtcPreopenFailed', 'VehicleEtcPreopenSucceeded', 'left']);
  });
});
