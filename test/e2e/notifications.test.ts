import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { SOURCE } from '../../lib/events/contract.ts';
import { type Notification, seal } from '../support/notifications.ts';
import { API_V3_KEY, CONTRACT, MCHID } from '../support/notifications-stack.ts';
import { type NotificationsWorld, startNotificationsWorld } from '../support/notifications-world.ts';
import { AWS_REQUEST_ID } from '../support/world.ts';

const TIMES = Number.POSITIVE_INFINITY;
const ETC = JSON.stringify({
  contract_id: 'C1',
  bind_state: 'OPENED',
  plate_number: '藏ZZZZZZ',
  sp_openid: 'o',
});

let world: NotificationsWorld;
beforeAll(async () => {
  world = await startNotificationsWorld();
});
afterAll(() => world.close());
beforeEach(() => world.clear());
afterEach(() => world.clearFaults());

const deliver = (notification: Notification, more: object = {}) =>
  world.coldLambda().deliver(notification, { mchid: MCHID, ...more });
const told = () => world.bus.events.map((event) => event['detail-type']);
const ended = () => world.logs.lines.filter(({ message }) => String(message).startsWith('notification '));
const signed = () => world.stack.kms.calls.filter(({ operation }) => operation === 'Sign');

describe('a notification of WeChat Pay', () => {
  it('becomes an event with the decrypted resource as it came, and is answered 204 without a body', async () => {
    const notification = world.notification();
    const { status, headers, body } = await deliver(notification);
    expect({ status, body }).toEqual({ status: 204, body: undefined });
    expect(headers).toEqual({ 'Cache-Control': 'no-store', 'Request-ID': AWS_REQUEST_ID });
    const { id } = JSON.parse(notification.body) as { id: string };
    expect(world.bus.events).toMatchObject([{ 'detail-type': 'EduschoolpayContractSigned', source: SOURCE }]);
    expect(world.bus.details).toEqual([
      `{"mchid":"${MCHID}","notification_id":"${id}","event_type":"PAYSCORE.USER_OPEN_SERVICE",` +
        `"create_time":"2026-11-21T14:00:00+08:00","resource":${CONTRACT}}`,
    ]);
    expect(ended()).toMatchObject([
      {
        message: 'notification published',
        mchid: MCHID,
        notification_id: id,
        event_type: 'PAYSCORE.USER_OPEN_SERVICE',
      },
    ]);
    expect(world.logs.metrics()).toContain('NotificationPublished');
    expect(signed()).toEqual([]);
  });

  it.each(['certificate', 'publicKey'] as const)('may be signed with the %s', async (by) => {
    const lambda = world.coldLambda();
    for (const format of ['1.0', '2.0'] as const)
      for (const base64 of [false, true]) {
        const notification = world.notification(CONTRACT, { by: world.signers[by] });
        expect((await lambda.deliver(notification, { mchid: MCHID, format, base64 })).status).toBe(204);
      }
    expect(told()).toHaveLength(4);
  });

  it('may have its headers in any case, and no signature type', async () => {
    const { headers, body } = world.notification();
    const { 'Wechatpay-Signature-Type': _, ...rest } = headers;
    const shouted = Object.fromEntries(
      Object.entries(rest).map(([name, value]) => [name.toUpperCase(), value]),
    );
    expect((await deliver({ headers: shouted, body }, { format: '1.0' })).status).toBe(204);
  });

  it.each([
    ['VehicleEtcContractChanged', 'VEHICLE.USER_STATE_CHANGE', ETC],
    ['EduschoolpayContractSigned', 'PAYSCORE.USER_OPEN_SERVICE', CONTRACT],
    ['EduschoolpayContractTerminated', 'PAYSCORE.USER_CLOSE_SERVICE', CONTRACT],
    ['WechatPayNotificationReceived', 'PAYSCORE.USER_OPEN_SERVICE', '{"openid":"o","service_id":"s"}'],
    ['WechatPayNotificationReceived', 'PAYSCORE.USER_PAID', CONTRACT],
    ['WechatPayNotificationReceived', 'VEHICLE.USER_STATE_CHANGE', '{}'],
  ])('is told as %s: %s with %s', async (name, event_type, text) => {
    expect((await deliver(world.notification(text, { change: { event_type } }))).status).toBe(204);
    expect(told()).toEqual([name]);
    expect(world.bus.events[0]?.detail).toMatchObject({ event_type, resource: JSON.parse(text) as object });
  });

  it.each([
    [
      'without summary, original_type and associated_data',
      { original_type: undefined, associated_data: undefined },
    ],
    ['with null for associated_data', { associated_data: null }],
    ['with members that nobody documented', { more: { than: ['documented'] } }],
  ])('may come %s', async (_, change) => {
    const resource = { ...seal(CONTRACT, API_V3_KEY), ...change };
    expect((await deliver(world.notification(CONTRACT, { change: { resource, extra: 1 } }))).status).toBe(
      204,
    );
    expect(told()).toEqual(['EduschoolpayContractSigned']);
  });

  it('is bound to its associated data when it has some', async () => {
    const resource = seal(CONTRACT, API_V3_KEY, { associated_data: 'payscore' });
    expect((await deliver(world.notification(CONTRACT, { change: { resource } }))).status).toBe(204);
  });

  it('may be as large as a body may be, and then fits the bus; a larger one is refused unread', async () => {
    const sized = (bytes: number) => {
      const empty = world.notification('{"plate_number":""}').body.length;
      const text = `{"plate_number":"${'x'.repeat(Math.floor((bytes - empty) * 0.75) - 3)}"}`;
      return world.notification(text, { change: { event_type: 'VEHICLE.USER_STATE_CHANGE' } });
    };
    const largest = sized(196_608);
    expect(Buffer.byteLength(largest.body)).toBeGreaterThan(196_000);
    expect((await deliver(largest)).status).toBe(204);
    const larger = sized(197_600);
    expect(await deliver(larger)).toMatchObject({
      status: 413,
      body: '{"code":"FAIL","message":"The notification is too large."}',
    });
    expect(told()).toHaveLength(1);
  });

  it('that comes again is told again, under the same id', async () => {
    const lambda = world.coldLambda();
    const notification = world.notification();
    const answers = await Promise.all([1, 2, 3].map(() => lambda.deliver(notification, { mchid: MCHID })));
    expect(answers.map(({ status }) => status)).toEqual([204, 204, 204]);
    expect(new Set(world.bus.details).size).toBe(1);
    expect(world.bus.details).toHaveLength(3);
  });
});

describe('a warm function', () => {
  it('asks the registry and KMS once for many notifications', async () => {
    const lambda = world.coldLambda();
    await lambda.deliver(world.notification(), { mchid: MCHID });
    world.clear();
    for (let n = 0; n < 20; n += 1) await lambda.deliver(world.notification(), { mchid: MCHID });
    expect([world.stack.dynamo.calls, world.stack.kms.calls, world.bus.calls()]).toEqual([[], [], 20]);
  });

  it('opens the APIv3 key anew after five minutes, and at once when there is another', async () => {
    const lambda = world.coldLambda();
    const send = (key?: string) =>
      lambda.deliver(world.notification(CONTRACT, key ? { key } : {}), { mchid: MCHID });
    const opened = () => world.stack.kms.calls.filter(({ operation }) => operation === 'Decrypt').length;
    await send();
    world.setLater(299_000);
    await send();
    expect(opened()).toBe(1);
    world.setLater(300_001);
    await send();
    expect(opened()).toBe(2);
  });
});

describe('a notification that cannot be told now is answered 5xx, and told when it comes again', () => {
  // The SDK's back-off is chance times a second and more, of the 2.5 s that an answer may take: none here.
  let chance: ReturnType<typeof jest.spyOn>;
  beforeAll(() => {
    chance = jest.spyOn(Math, 'random').mockReturnValue(0);
  });
  afterAll(() => chance.mockRestore());

  it.each([
    ['the bus is down', () => world.bus.fault('unavailable', 3), 'notification_unpublished', 503],
    ['the bus throttles', () => world.bus.fault('throttled', 3), 'notification_unpublished', 503],
    [
      'the bus takes the call and refuses the entry',
      () => world.bus.fault('entry-throttled'),
      'notification_unpublished',
      503,
    ],
    ['the registry is down', () => world.stack.dynamo.fault('unavailable', 3), 'registry_unavailable', 503],
    ['the role may not read', () => world.stack.dynamo.fault('denied'), 'registry_unavailable', 503],
    ['KMS is down', () => world.stack.kms.fault('internal', { times: 3 }), 'kms_unavailable', 503],
  ])('%s', async (_, arrange, reason, status) => {
    const lambda = world.coldLambda();
    const notification = world.notification();
    arrange();
    expect(await lambda.deliver(notification, { mchid: MCHID })).toMatchObject({
      status,
      body: '{"code":"FAIL","message":"The notification cannot be taken now."}',
    });
    expect(told()).toEqual([]);
    expect(ended()).toMatchObject([{ message: 'notification failed', reason, status }]);
    expect(world.logs.metrics()).toContain('NotificationFailed');
    world.setLater(15_000);
    expect((await lambda.deliver(notification, { mchid: MCHID })).status).toBe(204);
    expect(told()).toHaveLength(1);
  });

  it.each([
    ['the bus', () => world.bus.fault('hang', TIMES)],
    ['the registry', () => world.stack.dynamo.fault('hang', TIMES)],
    ['KMS', () => world.stack.kms.fault('hang', { times: TIMES })],
  ])('also when %s does not answer: the function does, in time', async (_, arrange) => {
    arrange();
    const answer = await deliver(world.notification(), { ms: 600 });
    expect(answer).toMatchObject({ status: 504, headers: { 'Cache-Control': 'no-store' } });
    expect(ended()).toMatchObject([{ message: 'notification failed', reason: 'deadline' }]);
    expect(told()).toEqual([]);
  });

  it('and an answer of the bus that was lost makes two events of it, never none', async () => {
    world.bus.fault('lost-answer');
    expect((await deliver(world.notification())).status).toBe(204);
    expect(told().length).toBeGreaterThanOrEqual(1);
  });
});

describe('an APIv3 key', () => {
  const NEW_KEY = 'N'.repeat(32);
  it('that was replaced still opens, until it is let go; the log says so', async () => {
    const [api_v3_key, previous_api_v3_key] = await Promise.all(
      [NEW_KEY, API_V3_KEY].map((key) => world.seal32(key)),
    );
    await world.update(MCHID, { api_v3_key, previous_api_v3_key });
    const lambda = world.coldLambda();
    const send = (key: string) => lambda.deliver(world.notification(CONTRACT, { key }), { mchid: MCHID });
    expect((await send(NEW_KEY)).status).toBe(204);
    expect(world.logs.lines.map(({ message }) => message)).not.toContain('previous APIv3 key used');
    expect((await send(API_V3_KEY)).status).toBe(204);
    expect(world.logs.lines.map(({ message }) => message)).toContain('previous APIv3 key used');
    await world.update(MCHID, { api_v3_key: previous_api_v3_key, previous_api_v3_key: undefined });
  });

  it('that was never stored, or is another, is a matter of the merchant’s set-up', async () => {
    const misconfigured = async (reason: string): Promise<void> => {
      world.logs.clear();
      expect((await deliver(world.notification())).status).toBe(503);
      expect(ended()).toMatchObject([{ message: 'notification failed', mchid: MCHID, reason }]);
      expect(world.logs.metrics()).toContain('MerchantMisconfigured');
    };
    const api_v3_key = await world.seal32(API_V3_KEY);
    await world.update(MCHID, { api_v3_key: undefined });
    await misconfigured('api_v3_key_missing');
    await world.update(MCHID, { api_v3_key: await world.seal32(NEW_KEY) });
    await misconfigured('merchant_misconfigured');
    expect(told()).toEqual([]);
    await world.update(MCHID, { api_v3_key });
  });

  it('set right meanwhile is found by the same function when WeChat Pay sends again', async () => {
    const api_v3_key = await world.seal32(API_V3_KEY);
    await world.update(MCHID, { api_v3_key: undefined });
    const lambda = world.coldLambda();
    expect((await lambda.deliver(world.notification(), { mchid: MCHID })).status).toBe(503);
    await world.update(MCHID, { api_v3_key });
    world.setLater(15_000);
    expect((await lambda.deliver(world.notification(), { mchid: MCHID })).status).toBe(204);
  });
});

describe('a verified notification that is none', () => {
  const inside = (text: string) => world.notification(text);
  it.each([
    ['a resource that is an array', () => inside('[1]')],
    ['a resource that is no JSON', () => inside('{"contract_id":')],
    ['a resource that would add members to the event', () => inside('{}},"mchid":"x","resource":{')],
    ['an envelope without an id', () => world.notification(CONTRACT, { change: { id: '' } })],
    [
      'another algorithm',
      () => world.notification(CONTRACT, { change: { resource: { algorithm: 'none' } } }),
    ],
  ])('is told to nobody: %s', async (_, make) => {
    expect((await deliver(make())).status).toBe(502);
    expect(told()).toEqual([]);
    expect(ended()).toMatchObject([{ message: 'notification failed', reason: 'wechatpay_malformed' }]);
  });
});
