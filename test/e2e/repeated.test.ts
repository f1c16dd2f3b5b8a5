import { describe, expect, it } from '@jest/globals';
import { MCHID, OTHER, requestOf, useQueueWorld } from '../support/queue-world.ts';
import { refreshLambda } from '../support/refresh.ts';
import { isSettlement } from '../support/request-writes.ts';
import { attempts, bodyFor, expectSameBytesSignedAnew } from '../support/world.ts';

const ALWAYS = Number.POSITIVE_INFINITY;
const REFUSED = { kind: 'refuse', status: 400, code: 'INVALID_REQUEST', message: '不行' } as const;
const KEY_REFUSED = {
  kind: 'refuse',
  status: 400,
  code: 'PARAM_ERROR',
  message: '平台证书序列号Wechatpay-Serial错误',
} as const;

const { world, logs } = await useQueueWorld();
const { etc, campus } = world.endpoints;

const { wechatpay, dynamo } = world.stack;
const details = () => world.outcomes().map(({ detail }) => detail);
const made = () => wechatpay.presigns.length;
/** Each newer than the one before: what is newest must not depend on the second of the clock. */
let minutesAgo = 60;
const rotate = () => {
  minutesAgo -= 1;
  return wechatpay.platform.rotateCertificate({ notBefore: new Date(Date.now() - minutesAgo * 60_000) });
};
/** From now on the registry knows a newer key. @returns the one that was used so far. */
const replaceKeyInUse = async (): Promise<string> => {
  const old = attempts(world.stack)[0]?.platformSerial ?? '';
  await rotate();
  expect((await refreshLambda(world.stack.env())({ mchid: MCHID })).failed).toEqual([]);
  return old;
};
const withKey = (key: string) => ({ headers: { 'Idempotency-Key': key } });
let keys = 0;
const newKey = () => {
  keys += 1;
  return `key-${keys}`;
};

describe('a pre-sign whose outcome nobody knows', () => {
  it.each(['reset-after', 'hang-after', 'bad-signature'] as const)(
    'is asked for again with the same bytes by the redelivery of an event: %s',
    async (kind) => {
      const before = made();
      await world.ask(campus, requestOf(campus));
      wechatpay.fault({ kind }, { times: ALWAYS });
      expect((await world.deliver(campus, world.lambda(campus), 6_000)).left).toHaveLength(1);
      wechatpay.clearFaults();
      expect((await world.deliver(campus, world.lambda(campus))).left).toEqual([]);
      expectSameBytesSignedAnew(world.stack);
      expect(made()).toBe(before + 1);
      expect(details()).toEqual([
        expect.objectContaining({ response: { presign_token: wechatpay.presigns.at(-1)?.id } }),
      ]);
    },
  );

  it('is asked for again with the same bytes by an HTTP caller with the same key', async () => {
    const [before, body, key] = [made(), bodyFor(campus), newKey()];
    wechatpay.fault({ kind: 'reset-after' }, { times: ALWAYS });
    const first = await world.overHttp(campus, world.lambda(campus), body, withKey(key));
    expect(first.statusCode).toBe(504);
    wechatpay.clearFaults();
    const second = await world.overHttp(campus, world.lambda(campus), body, withKey(key));
    expect(second.statusCode).toBe(200);
    expect(JSON.parse(second.body)).toMatchObject({ presign_token: wechatpay.presigns.at(-1)?.id });
    expect(second.headers).not.toHaveProperty('Idempotent-Replayed');
    expectSameBytesSignedAnew(world.stack);
    expect(made()).toBe(before + 1);
  });

  it('is sent as before though the platform key for new requests is another by then', async () => {
    await world.ask(campus, requestOf(campus));
    wechatpay.fault({ kind: 'reset-after' }, { times: ALWAYS });
    expect((await world.deliver(campus, world.lambda(campus))).left).toHaveLength(1);
    wechatpay.clearFaults();
    await replaceKeyInUse();
    expect((await world.deliver(campus, world.lambda(campus))).left).toEqual([]);
    expectSameBytesSignedAnew(world.stack);
    expect(details()[0]).toHaveProperty('response');
  });

  it('is encrypted anew, once, when WeChat Pay no longer takes the key', async () => {
    await world.ask(campus, requestOf(campus));
    wechatpay.fault({ kind: 'reset' }, { times: ALWAYS });
    expect((await world.deliver(campus, world.lambda(campus))).left).toHaveLength(1);
    wechatpay.clearFaults();
    const old = await replaceKeyInUse();
    wechatpay.platform.retireCertificate(old);
    world.stack.clear();
    expect((await world.deliver(campus, world.lambda(campus))).left).toEqual([]);
    const [first, second, ...more] = attempts(world.stack);
    expect([first?.platformSerial, more]).toEqual([old, []]);
    expect(second?.platformSerial).not.toBe(old);
    expect(details()[0]).toHaveProperty('response');
    expect(logs.lines).toContainEqual(
      expect.objectContaining({ message: 'encrypted anew', platform_key_id: old }),
    );
  });

  it('is not encrypted anew while there is no other key than the one that is refused', async () => {
    await world.ask(campus, requestOf(campus));
    wechatpay.fault(KEY_REFUSED, { times: ALWAYS });
    for (let time = 0; time < 2; time += 1)
      expect((await world.deliver(campus, world.lambda(campus))).left).toHaveLength(1);
    expect(attempts(world.stack)).toHaveLength(2);
    expectSameBytesSignedAnew(world.stack);
  });

  it('goes on with the key of today though nothing in it is encrypted', async () => {
    const { identity: _, bank_card: __, ...body } = bodyFor(campus, { contract_mode: 'DEFAULT' });
    await world.ask(campus, requestOf(campus, { body }));
    wechatpay.fault({ kind: 'reset' }, { times: ALWAYS });
    expect((await world.deliver(campus, world.lambda(campus))).left).toHaveLength(1);
    wechatpay.clearFaults();
    wechatpay.platform.retireCertificate(await replaceKeyInUse());
    expect((await world.deliver(campus, world.lambda(campus))).left).toEqual([]);
    expect(details()[0]).toHaveProperty('response');
  });

  it('stays unknown when the key is refused in between', async () => {
    await world.ask(campus, requestOf(campus));
    wechatpay.fault({ kind: 'rate-limit' }, { times: 3 });
    expect((await world.deliver(campus, world.lambda(campus))).left).toHaveLength(1);
    const old = await replaceKeyInUse();
    wechatpay.fault({ kind: 'reset' });
    wechatpay.fault(KEY_REFUSED);
    wechatpay.fault(REFUSED);
    expect((await world.deliver(campus, world.lambda(campus))).left).toEqual([]);
    expect(attempts(world.stack).map(({ platformSerial }) => platformSerial === old)).toEqual([
      true,
      true,
      true,
      true,
      true,
      false,
    ]);
    expect(details()).toEqual([expect.objectContaining({ uncertain: true })]);
  });

  it.each([
    ['in another delivery', 3],
    ['in the same one', 1],
  ])('and that is refused afterwards, %s, fails with a warning', async (_, times) => {
    const request = requestOf(etc);
    await world.ask(etc, request);
    const lambda = world.lambda(etc);
    wechatpay.fault({ kind: 'reset-after' }, { times });
    wechatpay.fault(REFUSED, { times: ALWAYS });
    if (times === 3) expect((await world.deliver(etc, lambda)).left).toHaveLength(1);
    expect((await world.deliver(etc, lambda)).left).toEqual([]);
    await world.ask(etc, request);
    expect((await world.deliver(etc, lambda)).left).toEqual([]);
    const [first, replayed] = details();
    expect(first).toMatchObject({ uncertain: true, error: { code: 'INVALID_REQUEST', status: 400 } });
    expect(replayed).toEqual(first);
  });

  it('by an answer of WeChat Pay that was not understood is no less unknown', async () => {
    await world.ask(etc, requestOf(etc));
    wechatpay.fault({ kind: 'wrong-shape', body: '{"preopen":"T"}' });
    wechatpay.fault(REFUSED);
    expect((await world.deliver(etc, world.lambda(etc))).left).toHaveLength(1);
    expect((await world.deliver(etc, world.lambda(etc))).left).toEqual([]);
    expect(details()).toEqual([expect.objectContaining({ uncertain: true })]);
  });

  it('is no such when WeChat Pay has only been too busy before', async () => {
    await world.ask(etc, requestOf(etc));
    const lambda = world.lambda(etc);
    wechatpay.fault({ kind: 'rate-limit' }, { times: 3 });
    wechatpay.fault(REFUSED, { times: ALWAYS });
    expect((await world.deliver(etc, lambda)).left).toHaveLength(1);
    expect((await world.deliver(etc, lambda)).left).toEqual([]);
    expect(details()).toEqual([expect.not.objectContaining({ uncertain: true })]);
  });

  it('is delivered by whoever comes after a Lambda that died between answer and outcome', async () => {
    const before = made();
    await world.ask(campus, requestOf(campus));
    dynamo.fault('hang', ALWAYS, isSettlement);
    expect((await world.deliver(campus, world.lambda(campus), 3_500)).left).toHaveLength(1);
    dynamo.clearFaults();
    expect(details()).toEqual([]);
    await world.claimsEnded();
    expect((await world.deliver(campus, world.lambda(campus))).left).toEqual([]);
    expect(details()).toEqual([
      expect.objectContaining({ response: { presign_token: wechatpay.presigns.at(-1)?.id } }),
    ]);
    expectSameBytesSignedAnew(world.stack);
    expect(made()).toBe(before + 1);
  });
});

describe('Idempotency-Key', () => {
  it('answers as before, and says so, without asking WeChat Pay and KMS', async () => {
    const [body, key, lambda] = [bodyFor(etc), newKey(), world.lambda(etc)];
    const first = await world.overHttp(etc, lambda, body, withKey(key));
    const second = await world.overHttp(etc, world.lambda(etc), body, withKey(key));
    expect(first.headers).not.toHaveProperty('Idempotent-Replayed');
    expect(second).toEqual({ ...first, headers: { ...first.headers, 'Idempotent-Replayed': 'true' } });
    expect(attempts(world.stack)).toHaveLength(1);
    expect(world.signatures()).toBe(1);
  });

  it('repeats a refusal of WeChat Pay as it was', async () => {
    const [body, key, lambda] = [bodyFor(etc), newKey(), world.lambda(etc)];
    wechatpay.fault(REFUSED);
    const first = await world.overHttp(etc, lambda, body, withKey(key));
    const second = await world.overHttp(etc, lambda, body, withKey(key));
    expect([first.statusCode, second.statusCode]).toEqual([400, 400]);
    expect(second.body).toBe(first.body);
    expect(second.headers['Idempotent-Replayed']).toBe('true');
    expect(attempts(world.stack)).toHaveLength(1);
    expect(logs.ends()).toMatchObject([
      { request_id: key, replayed: false },
      { request_id: key, replayed: true, reason: 'outcome_replayed' },
    ]);
    const refusals = logs.metrics().filter((name) => name === 'PresignRefused');
    expect([refusals, logs.metrics()]).toEqual([
      ['PresignRefused'],
      expect.arrayContaining(['PresignReplayed']),
    ]);
  });

  it('is the same request with its members in another order, and then the same bytes', async () => {
    const [body, key, lambda] = [bodyFor(campus), newKey(), world.lambda(campus)];
    const backwards = Object.fromEntries(Object.entries(body).reverse());
    wechatpay.fault({ kind: 'rate-limit' }, { times: 3 });
    expect((await world.overHttp(campus, lambda, body, withKey(key))).statusCode).toBe(429);
    expect((await world.overHttp(campus, lambda, backwards, withKey(key))).statusCode).toBe(200);
    expectSameBytesSignedAnew(world.stack);
  });

  it('for another body is refused', async () => {
    const [body, key, lambda] = [bodyFor(etc), newKey(), world.lambda(etc)];
    await world.overHttp(etc, lambda, body, withKey(key));
    const other = await world.overHttp(etc, lambda, { ...body, openid: 'somebody-else' }, withKey(key));
    expect(other.statusCode).toBe(422);
    expect(JSON.parse(other.body)).toMatchObject({ code: 'REQUEST_ID_REUSED' });
  });

  it('that is being worked on is answered 409, with the time to wait', async () => {
    const [body, key, lambda] = [bodyFor(etc), newKey(), world.lambda(etc)];
    wechatpay.fault({ kind: 'latency', ms: 300 });
    const first = world.overHttp(etc, lambda, body, withKey(key));
    await world.claimMade();
    const second = await world.overHttp(etc, world.lambda(etc), body, withKey(key));
    expect(second.statusCode).toBe(409);
    expect(JSON.parse(second.body)).toMatchObject({ code: 'REQUEST_IN_PROGRESS' });
    expect(Number(second.headers['Retry-After'])).toBeGreaterThan(0);
    expect((await first).statusCode).toBe(200);
    expect(attempts(world.stack)).toHaveLength(1);
  });

  it('is not used up by what we refuse ourselves, nor by what may go better later', async () => {
    const [body, key, lambda] = [bodyFor(etc), newKey(), world.lambda(etc)];
    const call = async (sent: object) => (await world.overHttp(etc, lambda, sent, withKey(key))).statusCode;
    expect(await call({ ...body, openid: '' })).toBe(400);
    wechatpay.fault({ kind: 'rate-limit' }, { times: 3 });
    expect(await call(body)).toBe(429);
    expect(await call(body)).toBe(200);
    expectSameBytesSignedAnew(world.stack);
  });

  it('is the request_id of an event: one request, whichever way it comes first', async () => {
    const request = requestOf(etc);
    const lambda = world.lambda(etc);
    const first = await world.overHttp(etc, lambda, request.body, withKey(request.request_id));
    await world.ask(etc, request);
    expect((await world.deliver(etc, lambda)).left).toEqual([]);
    const { launch, ...response } = JSON.parse(first.body) as { launch: object };
    expect(details()).toEqual([expect.objectContaining({ response, launch })]);
    expect(attempts(world.stack)).toHaveLength(1);
  });

  it('belongs to a merchant', async () => {
    const [body, key, lambda] = [bodyFor(etc), newKey(), world.lambda(etc)];
    await world.overHttp(etc, lambda, body, withKey(key));
    const headers = { 'Idempotency-Key': key, 'Wechatpay-Mchid': OTHER };
    const other = await world.overHttp(etc, lambda, body, { headers });
    expect(other.headers).not.toHaveProperty('Idempotent-Replayed');
    expect(attempts(world.stack)).toHaveLength(2);
  });

  it.each(['', 'a b', 'ü', 'x'.repeat(65)])('%j is none', async (key) => {
    const answer = await world.overHttp(etc, world.lambda(etc), bodyFor(etc), withKey(key));
    expect(JSON.parse(answer.body)).toMatchObject({
      code: 'PARAM_ERROR',
      detail: { field: 'Idempotency-Key', location: 'header' },
    });
  });

  it('costs two writes and no read; without it nothing is written', async () => {
    const lambda = world.lambda(etc);
    await world.overHttp(etc, lambda, bodyFor(etc));
    dynamo.clearCalls();
    await world.overHttp(etc, lambda, bodyFor(etc));
    expect(dynamo.calls).toEqual([]);
    await world.overHttp(etc, lambda, bodyFor(etc), withKey(newKey()));
    expect(dynamo.calls).toEqual(['UpdateItem', 'UpdateItem']);
  });
});

describe('an answer as it came', () => {
  const overEvents = async (): Promise<string> => {
    await world.ask(etc, requestOf(etc));
    expect((await world.deliver(etc, world.lambda(etc))).left).toEqual([]);
    return world.events.eventBridge.details.at(-1) ?? '';
  };

  it.each([
    ['a number beyond 2^53', '{"preopen_id":"T","contract_no":12345678901234567890}'],
    ['a number beyond all numbers', '{"preopen_id":"T","n":1e999}'],
    ['deep JSON', `{"preopen_id":"T","deep":${'['.repeat(5_000)}${']'.repeat(5_000)}}`],
  ])('reaches caller and event unaltered: %s', async (_, body) => {
    wechatpay.fault({ kind: 'wrong-shape', body }, { times: ALWAYS });
    const answer = await world.overHttp(etc, world.lambda(etc), bodyFor(etc));
    expect(answer.statusCode).toBe(200);
    expect(answer.body.startsWith(`${body.slice(0, -1)},"launch":{`)).toBe(true);
    expect(await overEvents()).toContain(`"response":${body}`);
    expect(attempts(world.stack)).toHaveLength(2);
  });

  it('too large for the bus is cut to the members that are documented, and remembered as small', async () => {
    wechatpay.fault({ kind: 'oversized-body', bytes: 400_000 }, { times: ALWAYS });
    const request = requestOf(etc);
    for (let time = 0; time < 2; time += 1) {
      await world.ask(etc, request);
      expect((await world.deliver(etc, world.lambda(etc))).left).toEqual([]);
    }
    const [first, second] = details();
    expect(first?.['response']).toEqual({ preopen_id: wechatpay.presigns.at(-1)?.id });
    expect(second).toEqual(first);
    const [item] = await world.remembered();
    expect(item?.['outcome']?.S?.length).toBeLessThan(500);
    const answer = await world.overHttp(etc, world.lambda(etc), bodyFor(etc));
    expect(answer.body.indexOf(',"launch":{')).toBe(399_999);
    expect(logs.lines).not.toContainEqual(expect.objectContaining({ message: 'pre-sign postponed' }));
  });
});
