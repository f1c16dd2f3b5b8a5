import { beforeEach, describe, expect, it } from '@jest/globals';
import { type Invoke, MCHID, OTHER, requestOf, useQueueWorld } from '../support/queue-world.ts';
import { attempts, bodyFor } from '../support/world.ts';

const { world, logs } = await useQueueWorld();
const { etc, campus } = world.endpoints;
let lambda: Invoke;
beforeEach(() => {
  lambda = world.lambda(etc);
});

/** Asks and delivers once; nothing may be left. */
const once = async (request: object, endpoint = etc, by = lambda): Promise<void> => {
  await world.ask(endpoint, request);
  expect((await world.deliver(endpoint, by)).left).toEqual([]);
};
const details = () => world.outcomes().map(({ detail }) => detail);
const codes = () => details().map(({ error }) => (error as { code: string } | undefined)?.code ?? 'none');

/** The same JSON object with its members the other way round, at every depth. */
const reversed = (value: unknown): unknown =>
  typeof value === 'object' && value !== null
    ? Object.fromEntries(
        Object.entries(value)
          .reverse()
          .map(([name, member]) => [name, reversed(member)]),
      )
    : value;

describe('the same request again', () => {
  it('is answered as before, by another Lambda even, without WeChat Pay and KMS', async () => {
    const request = requestOf(etc);
    await once(request);
    await once(request, etc, world.lambda(etc));
    const [first, second, ...more] = details();
    expect(second).toEqual(first);
    expect(more).toEqual([]);
    expect(attempts(world.stack)).toHaveLength(1);
    expect(world.signatures()).toBe(1);
    expect(logs.ends().map(({ replayed }) => replayed)).toEqual([false, true]);
    expect(logs.metrics()).toContain('PresignReplayed');
  });

  it('is the same when it comes by the other way in, or with its members in another order', async () => {
    const request = requestOf(etc, { mchid: MCHID });
    await once(request);
    await world.send(etc, JSON.stringify(request), JSON.stringify(reversed(request)));
    expect((await world.deliver(etc, lambda)).left).toEqual([]);
    const [first, second, third] = details();
    expect([second, third]).toEqual([first, first]);
    expect(attempts(world.stack)).toHaveLength(1);
  });

  it('is the same whether the default merchant is named or not', async () => {
    const request = requestOf(etc);
    await once(request);
    await once({ ...request, mchid: MCHID });
    expect(details()[1]).toEqual(details()[0]);
    expect(attempts(world.stack)).toHaveLength(1);
  });

  it('after a refusal of ours is not remembered: its cause may be gone', async () => {
    const mchid = '1900000003';
    const request = requestOf(etc, { mchid });
    await once(request);
    await world.stack.addMerchant({ mchid });
    await once(request, etc, world.lambda(etc));
    expect(codes()).toEqual(['NO_AUTH', 'none']);
  });

  it('in one batch calls WeChat Pay once: the other waits, then replays', async () => {
    const request = requestOf(etc);
    await world.ask(etc, request, request);
    const first = await world.deliver(etc, lambda);
    expect(first.left).toEqual([request.request_id]);
    expect(first.answer.batchItemFailures).toHaveLength(1);
    expect(Object.values(first.postponed)).toEqual([expect.any(Number)]);
    expect(details()).toHaveLength(1);
    expect(logs.lines).toContainEqual(
      expect.objectContaining({ message: 'pre-sign postponed', reason: 'duplicate_in_progress' }),
    );
    const second = await world.deliver(etc, lambda);
    expect(second.left).toEqual([]);
    expect(details()[1]).toEqual(details()[0]);
    expect(attempts(world.stack)).toHaveLength(1);
  });
});

describe('the same id', () => {
  it('at another merchant or another endpoint is another pre-sign', async () => {
    const request = requestOf(etc);
    await once(request);
    await once({ ...request, mchid: OTHER });
    await once({ ...request, body: bodyFor(campus) }, campus, world.lambda(campus));
    expect(codes()).toEqual(['none', 'none', 'none']);
    expect(attempts(world.stack)).toHaveLength(3);
  });

  it('for another body is refused, and the first outcome stands', async () => {
    const request = requestOf(etc);
    await once(request);
    await once({ ...request, body: bodyFor(etc, { openid: 'somebody-else' }) });
    await once(request);
    const [first, reused, again] = details();
    expect(reused).toEqual({
      request_id: request.request_id,
      mchid: MCHID,
      error: {
        code: 'REQUEST_ID_REUSED',
        message: 'This Idempotency-Key (request_id) was used before, for another body.',
        status: 422,
      },
    });
    expect(again).toEqual(first);
    expect(attempts(world.stack)).toHaveLength(1);
    expect(logs.reason()).toBe('request_id_reused');
  });

  it('is not used up by a body that was not valid', async () => {
    const request = requestOf(etc);
    await once({ ...request, body: {} });
    await once(request);
    await once({ ...request, body: {} });
    expect(codes()).toEqual(['PARAM_ERROR', 'none', 'PARAM_ERROR']);
    expect(attempts(world.stack)).toHaveLength(1);
  });

  it('twice in one batch for two bodies pre-signs one of them', async () => {
    const request = requestOf(etc);
    await world.ask(etc, request, { ...request, body: bodyFor(etc, { openid: 'somebody-else' }) });
    await world.deliver(etc, lambda);
    await world.deliver(etc, lambda);
    expect(await world.waiting(etc)).toBe(0);
    expect(codes().sort()).toEqual(['REQUEST_ID_REUSED', 'none']);
    expect(attempts(world.stack)).toHaveLength(1);
  });
});
