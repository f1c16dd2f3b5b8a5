import { describe, expect, it } from '@jest/globals';
import { SOURCE } from '../../lib/events/contract.ts';
import { standInOf } from '../aws/stand-ins.ts';
import { HOSTILE, jsonWith } from '../support/hostile.ts';
import { MCHID, OTHER, requestOf, STRANGER, useQueueWorld } from '../support/queue-world.ts';
import { attempts, presignOf } from '../support/world.ts';

const { world, logs } = await useQueueWorld();
const { all, etc } = world.endpoints;

const isOutcome = ({ source }: { source: string }) => source === SOURCE;

describe('a pre-sign asked for by an event', () => {
  it.each(
    all.flatMap((endpoint) => [MCHID, OTHER].map((mchid) => ({ name: endpoint.name, mchid, endpoint }))),
  )('of $name is done for $mchid, and answered on the bus', async ({ name, mchid, endpoint }) => {
    const request = requestOf(endpoint, { mchid });
    const before = world.stack.wechatpay.presigns.length;
    const answered = new Promise((resolve) =>
      world.events.eventBridge.onEvent((event) => isOutcome(event) && resolve(event)),
    );
    const poller = world.events.poll(name, world.lambda(endpoint));
    await world.ask(endpoint, request);
    await answered;
    await poller.idle();
    await poller.close();
    const [done, ...more] = world.stack.wechatpay.presigns.slice(before);
    expect(more).toEqual([]);
    expect(done).toMatchObject({ mchid, path: endpoint.path, body: request.body });
    const type = name.charAt(0).toUpperCase() + name.slice(1);
    const { member } = standInOf(endpoint).answer;
    expect(world.outcomes()).toEqual([
      expect.objectContaining({
        'detail-type': `${type}Succeeded`,
        detail: {
          request_id: request.request_id,
          mchid,
          response: { [member]: done?.id },
          ...(endpoint.launch && { launch: expect.any(Object) }),
          wechatpay_request_id: attempts(world.stack)[0]?.requestId,
        },
      }),
    ]);
    expect(poller.stats).toMatchObject({ deleted: 1, left: 0 });
  });

  it.each(all)('of $name may be sent to the queue as it is; the default merchant signs', async (endpoint) => {
    const request = requestOf(endpoint);
    await world.send(endpoint, JSON.stringify(request));
    const { left } = await world.deliver(endpoint, world.lambda(endpoint));
    expect(left).toEqual([]);
    expect(await world.waiting(endpoint)).toBe(0);
    const [outcome] = world.outcomes();
    const done = presignOf(world.stack, outcome?.detail['response'] as object);
    expect(done).toMatchObject({ mchid: MCHID, body: request.body });
    expect(outcome?.detail).toMatchObject({ request_id: request.request_id, mchid: MCHID });
  });

  it('may begin with a byte order mark', async () => {
    const request = requestOf(etc);
    await world.send(etc, `\uFEFF${JSON.stringify(request)}`);
    expect((await world.deliver(etc, world.lambda(etc))).left).toEqual([]);
    expect(world.outcomes()).toMatchObject([
      { 'detail-type': 'VehicleEtcPreopenSucceeded', detail: { request_id: request.request_id } },
    ]);
  });

  it('is logged with what an operator looks for, and counted', async () => {
    const request = requestOf(etc);
    await world.ask(etc, request);
    await world.deliver(etc, world.lambda(etc));
    expect(logs.ends()).toEqual([
      expect.objectContaining({
        level: 'INFO',
        message: 'pre-sign succeeded',
        endpoint: etc.name,
        mchid: MCHID,
        status: 200,
        request_id: request.request_id,
        receives: 1,
        replayed: false,
        message_id: expect.any(String),
        duration_ms: expect.any(Number),
        wechatpay_request_id: attempts(world.stack)[0]?.requestId,
      }),
    ]);
    expect(logs.metrics()).toContain('PresignSucceeded');
  });
});

describe('what breaks the rules', () => {
  const cases: [string, object, unknown][] = [
    ['a member is missing', { body: { openid: undefined } }, '/body/openid'],
    ['the merchant is no number', { mchid: 'four' }, '/mchid'],
    ['the merchant is null', { mchid: null }, '/mchid'],
    ['there is a member more', { extra: 1 }, ''],
    ['the body is no object', { body: 'text' }, '/body'],
    ['the id is not ASCII', { request_id: '登记-1' }, '/request_id'],
    ['the id has a space', { request_id: 'a b' }, '/request_id'],
  ];
  it.each(cases)('is refused for good: %s', async (_, { body, ...change }: { body?: unknown }, field) => {
    const request = requestOf(etc, change);
    if (typeof body === 'object') Object.assign(request.body, body);
    else if (body !== undefined) Object.assign(request, { body });
    await world.ask(etc, request);
    const { left } = await world.deliver(etc, world.lambda(etc));
    expect(left).toEqual([]);
    const mchid = 'mchid' in change ? {} : { mchid: MCHID };
    const [outcome] = world.outcomes();
    expect(outcome).toMatchObject({ 'detail-type': 'VehicleEtcPreopenFailed' });
    expect(outcome?.detail).toEqual({
      request_id: request.request_id,
      ...mchid,
      error: {
        code: 'PARAM_ERROR',
        message: expect.any(String),
        status: 400,
        detail: { field, issue: expect.any(String), location: 'body' },
      },
    });
    expect(attempts(world.stack)).toEqual([]);
    expect(world.signatures()).toBe(0);
    expect(logs.metrics()).toContain('PresignRefused');
  });

  it('is refused for good when it is an object that will not be measured, and never comes back', async () => {
    const messages = HOSTILE.flatMap((json) => [
      jsonWith(requestOf(etc, { body: { ...requestOf(etc).body, openid: 'MARK' } }), 'MARK', json),
      jsonWith(requestOf(etc, { mchid: 'MARK' }), 'MARK', json),
    ]);
    const lambda = world.lambda(etc);
    await world.send(etc, ...messages);
    while ((await world.waiting(etc)) > 0)
      expect((await world.deliver(etc, lambda)).answer.batchItemFailures).toEqual([]);
    const outcomes = world.outcomes().map(({ detail }) => detail['error']);
    expect(outcomes).toHaveLength(messages.length);
    for (const error of outcomes) expect(error).toMatchObject({ code: 'PARAM_ERROR', status: 400 });
  });

  it.each([
    ['damaged before it came here', '\uFFFD\uFFFD', 'U+FFFD'],
    ['blank', ' \u3000', 'white space'],
    ['cut by a control character', 'o\0', 'control'],
  ])('is refused for good, at its field, when it is %s', async (_, openid, rule) => {
    await world.ask(etc, requestOf(etc, { body: { ...requestOf(etc).body, openid } }));
    expect((await world.deliver(etc, world.lambda(etc))).left).toEqual([]);
    expect(world.outcomes()[0]?.detail['error']).toMatchObject({
      code: 'PARAM_ERROR',
      detail: { field: '/body/openid', issue: expect.stringContaining(rule) },
    });
  });

  it('is refused for good however deep it is', async () => {
    const deep = `${'{"a":'.repeat(20_000)}1${'}'.repeat(20_000)}`;
    await world.send(etc, JSON.stringify(requestOf(etc, { body: 'DEEP' })).replace('"DEEP"', deep));
    expect((await world.deliver(etc, world.lambda(etc))).left).toEqual([]);
    expect(world.outcomes()[0]?.detail['error']).toMatchObject({ code: 'PARAM_ERROR' });
  });

  it('names every wrong field at once', async () => {
    const request = requestOf(etc, { mchid: 'four', body: {} });
    await world.ask(etc, request);
    await world.deliver(etc, world.lambda(etc));
    const wrong = ['/mchid', '/body/openid', '/body/identify'].map((field) =>
      expect.objectContaining({ field }),
    );
    expect(world.outcomes()[0]?.detail['error']).toMatchObject({ detail: expect.arrayContaining(wrong) });
  });

  it('an id that is not of the rules is answered by name and logged nowhere', async () => {
    await world.ask(etc, requestOf(etc, { request_id: '张三' }));
    await world.deliver(etc, world.lambda(etc));
    expect(world.outcomes()[0]?.detail['request_id']).toBe('张三');
    expect(JSON.stringify(logs.lines)).not.toContain('张三');
  });
});

describe('a merchant that is not set up', () => {
  it('is refused for good, and its number is not logged', async () => {
    const request = requestOf(etc, { mchid: STRANGER });
    await world.ask(etc, request);
    const { left } = await world.deliver(etc, world.lambda(etc));
    expect(left).toEqual([]);
    expect(world.outcomes()[0]?.detail).toEqual({
      request_id: request.request_id,
      mchid: STRANGER,
      error: { code: 'NO_AUTH', message: 'This merchant is not set up here.', status: 403 },
    });
    expect(logs.reason()).toBe('merchant_unknown');
    expect(JSON.stringify(logs.lines)).not.toContain(STRANGER);
  });

  it('and when neither event nor deployment names one, the outcome names none', async () => {
    const request = requestOf(etc);
    await world.ask(etc, request);
    await world.deliver(etc, world.lambda(etc, {}, ''));
    expect(world.outcomes()[0]?.detail).toMatchObject({
      request_id: request.request_id,
      error: { code: 'NO_AUTH' },
    });
    expect(world.outcomes()[0]?.detail).not.toHaveProperty('mchid');
  });
});

describe('what WeChat Pay refuses', () => {
  it.each([
    [400, 'PARAM_ERROR'],
    [403, 'NOT_ENOUGH'],
    [404, 'RESOURCE_NOT_EXISTS'],
  ])('with %d %s fails, with what quotes nothing of the request, and is remembered', async (status, code) => {
    const request = requestOf(etc);
    const { openid } = request.body;
    const detail = { field: 'openid', value: openid, issue: `${openid} 不对`, location: 'body' };
    world.stack.wechatpay.fault({ kind: 'refuse', status, code, message: '用户不存在', detail });
    const lambda = world.lambda(etc);
    for (let time = 0; time < 2; time += 1) {
      await world.ask(etc, request);
      expect((await world.deliver(etc, lambda)).left).toEqual([]);
    }
    const [first, second] = world.outcomes();
    expect(first?.detail).toEqual({
      request_id: request.request_id,
      mchid: MCHID,
      error: {
        code,
        message: '用户不存在',
        detail: { field: 'openid', location: 'body' },
        status,
      },
      wechatpay_request_id: attempts(world.stack)[0]?.requestId,
    });
    expect(second?.detail).toEqual(first?.detail);
    expect(attempts(world.stack)).toHaveLength(1);
    expect(await world.waiting(etc)).toBe(0);
  });

  it.each([
    [401, 'SIGN_ERROR', 'signature_refused'],
    [403, 'NO_AUTH', 'permission_missing'],
  ])('with %d %s, about us, waits, and succeeds once somebody has acted', async (status, code, reason) => {
    const request = requestOf(etc);
    world.stack.wechatpay.fault({ kind: 'refuse', status, code, message: '不行', signed: false });
    await world.ask(etc, request);
    const lambda = world.lambda(etc);
    const first = await world.deliver(etc, lambda);
    expect(first.left).toEqual([request.request_id]);
    expect(first.postponed[request.request_id]).toBeGreaterThanOrEqual(60);
    expect(world.outcomes()).toEqual([]);
    expect(await world.states()).toEqual(['free']);
    expect(logs.lines.filter(({ message }) => message === 'pre-sign postponed')).toMatchObject([
      { code: 'SERVICE_UNAVAILABLE', reason, cause: code },
    ]);
    expect(logs.metrics()).toContain('MerchantMisconfigured');
    expect((await world.deliver(etc, lambda)).left).toEqual([]);
    expect(world.outcomes()).toMatchObject([{ 'detail-type': 'VehicleEtcPreopenSucceeded' }]);
  });
});
