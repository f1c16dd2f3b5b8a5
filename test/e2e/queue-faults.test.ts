import { describe, expect, it } from '@jest/globals';
import { requestOf, useQueueWorld } from '../support/queue-world.ts';
import { attempts } from '../support/world.ts';

const ALWAYS = Number.POSITIVE_INFINITY;

const { world, logs } = await useQueueWorld();
const { etc } = world.endpoints;

const postponements = () => logs.lines.filter(({ message }) => message === 'pre-sign postponed');
const waits = (delivered: { postponed: Record<string, number> }) => Object.values(delivered.postponed);

type Case = {
  what: string;
  arrange: () => unknown;
  code: string;
  reason: string;
  /** Seconds that the cause asks to wait, when that is longer than the first back-off. */
  atLeast?: number;
  ms?: number;
};

describe('what may pass leaves the message, and the next delivery succeeds', () => {
  const cases: Case[] = [
    {
      what: 'WeChat Pay limits the rate and says for how long',
      arrange: () => world.stack.wechatpay.fault({ kind: 'rate-limit', retryAfter: 120 }),
      code: 'RATELIMIT_EXCEEDED',
      reason: 'wechatpay_rate_limited',
      atLeast: 120,
    },
    {
      what: 'WeChat Pay is closed for an hour',
      arrange: () => world.stack.wechatpay.fault({ kind: 'unavailable', retryAfter: 3_600 }),
      code: 'SERVICE_UNAVAILABLE',
      reason: 'wechatpay_server_error',
      atLeast: 3_600,
    },
    {
      what: 'WeChat Pay fails',
      arrange: () => world.stack.wechatpay.fault({ kind: 'system-error' }, { times: ALWAYS }),
      code: 'BAD_GATEWAY',
      reason: 'wechatpay_server_error',
    },
    {
      what: 'connections to WeChat Pay break',
      arrange: () => world.stack.wechatpay.fault({ kind: 'reset' }, { times: ALWAYS }),
      code: 'GATEWAY_TIMEOUT',
      reason: 'wechatpay_reset',
    },
    {
      what: 'WeChat Pay does not answer',
      arrange: () => world.stack.wechatpay.fault({ kind: 'hang' }, { times: ALWAYS }),
      code: 'GATEWAY_TIMEOUT',
      reason: 'wechatpay_timeout',
      ms: 7_000,
    },
    {
      what: 'an answer cannot be trusted',
      arrange: () => world.stack.wechatpay.fault({ kind: 'bad-signature' }, { times: ALWAYS }),
      code: 'BAD_GATEWAY',
      reason: 'verification_signature',
    },
    {
      what: 'KMS throttles',
      arrange: () => world.stack.kms.fault('throttled', { times: ALWAYS }),
      code: 'SERVICE_UNAVAILABLE',
      reason: 'kms_throttled',
    },
    {
      what: 'KMS denies',
      arrange: () => world.stack.kms.setPolicy(() => false),
      code: 'SERVICE_UNAVAILABLE',
      reason: 'kms_access_denied',
      atLeast: 60,
    },
    {
      what: 'the registry cannot be read',
      arrange: () => world.stack.dynamo.fault('denied', ALWAYS, ({ operation }) => operation === 'GetItem'),
      code: 'SERVICE_UNAVAILABLE',
      reason: 'registry_unavailable',
    },
  ];

  it.each(cases)('$what', async ({ arrange, code, reason, atLeast, ms }) => {
    const request = requestOf(etc);
    const lambda = world.lambda(etc);
    await world.ask(etc, request);
    await arrange();
    const first = await world.deliver(etc, lambda, ms);
    expect(first.left).toEqual([request.request_id]);
    const [seconds = 0] = waits(first);
    expect(seconds).toBeGreaterThanOrEqual(atLeast ?? 8);
    expect(seconds).toBeLessThanOrEqual(atLeast ?? 15);
    expect(postponements()).toEqual([
      expect.objectContaining({
        level: 'WARN',
        code,
        reason,
        request_id: request.request_id,
        receives: 1,
        retry_in_s: seconds,
      }),
    ]);
    expect(logs.metrics()).toContain('PresignPostponed');
    expect(world.outcomes()).toEqual([]);
    // Its claim is given back, and no outcome is remembered.
    expect(['free', undefined]).toContain((await world.states())[0]);

    world.stack.wechatpay.clearFaults();
    world.stack.kms.clearFaults();
    world.stack.kms.setPolicy(undefined);
    world.stack.dynamo.clearFaults();
    expect((await world.deliver(etc, lambda)).left).toEqual([]);
    expect(world.outcomes()).toHaveLength(1);
    expect(world.outcomes()[0]?.['detail-type']).toBe('VehicleEtcPreopenSucceeded');
    expect(await world.waiting(etc)).toBe(0);
  });

  it('waits longer after each failure, and is gone from the queue after the fifth', async () => {
    const request = requestOf(etc);
    await world.ask(etc, request);
    world.stack.dynamo.fault('denied', ALWAYS, ({ operation }) => operation === 'GetItem');
    const lambda = world.lambda(etc);
    const seen: number[] = [];
    for (let receive = 1; receive <= 5; receive += 1) seen.push(...waits(await world.deliver(etc, lambda)));
    for (const [index, [least, most]] of [
      [8, 15],
      [30, 60],
      [120, 240],
      [450, 900],
      [0, 0],
    ].entries()) {
      expect(seen[index]).toBeGreaterThanOrEqual(least ?? 0);
      expect(seen[index]).toBeLessThanOrEqual(most ?? 0);
    }
    expect(seen).toHaveLength(5);
    expect(postponements().map(({ receives }) => receives)).toEqual([1, 2, 3, 4]);
    expect((await world.deliver(etc, lambda)).names).toEqual([]);
    expect(await world.waiting(etc)).toBe(0);
    expect(await world.waiting(etc, '-dead-letters')).toBe(1);
  });

  it('a message that cannot be put off is left all the same', async () => {
    const request = requestOf(etc);
    await world.ask(etc, request);
    world.stack.kms.setPolicy(() => false);
    world.events.queues.fault('denied', ALWAYS, (operation) => operation === 'ChangeMessageVisibility');
    const lambda = world.lambda(etc);
    const first = await world.deliver(etc, lambda);
    expect([first.left, first.postponed]).toEqual([[request.request_id], {}]);
    expect(logs.lines).toContainEqual(
      expect.objectContaining({
        level: 'WARN',
        message: 'postponing failed',
        reason: 'queue_unavailable',
        request_id: request.request_id,
        cause: 'AccessDenied',
      }),
    );
    world.stack.kms.setPolicy(undefined);
    expect((await world.deliver(etc, lambda)).left).toEqual([]);
    expect(world.outcomes()).toHaveLength(1);
  });

  it('the queue’s URL is asked for again when it could not be found', async () => {
    await world.ask(etc, requestOf(etc));
    world.stack.kms.setPolicy(() => false);
    const lambda = world.lambda(etc);
    const { queues } = world.events;
    queues.clearCalls();
    // The test itself asks for the URL too, before it receives.
    const received = () => queues.calls.includes('ReceiveMessage');
    queues.fault('denied', 1, (operation) => operation === 'GetQueueUrl' && received());
    expect(waits(await world.deliver(etc, lambda))).toEqual([]);
    expect(waits(await world.deliver(etc, lambda))).toEqual([60]);
    expect(waits(await world.deliver(etc, lambda))).toHaveLength(1);
  });
});

describe('a bad environment', () => {
  it('leaves every message, says what is wrong, and loses nothing', async () => {
    const requests = [requestOf(etc), requestOf(etc), requestOf(etc)];
    await world.ask(etc, ...requests);
    const ids = requests.map(({ request_id }) => request_id);
    const first = await world.deliver(etc, world.lambda(etc, { OUTCOMES_TABLE: '', EVENT_BUS_NAME: '' }));
    expect(first.left).toEqual(ids);
    expect(Object.keys(first.postponed).sort()).toEqual([...ids].sort());
    expect(postponements()).toHaveLength(3);
    const [{ problem } = {}] = postponements();
    expect(problem).toMatch(/OUTCOMES_TABLE .*; EVENT_BUS_NAME |EVENT_BUS_NAME .*; OUTCOMES_TABLE /);
    expect(attempts(world.stack)).toEqual([]);
    expect((await world.deliver(etc, world.lambda(etc))).left).toEqual([]);
    expect(world.outcomes()).toHaveLength(3);
  });
});
