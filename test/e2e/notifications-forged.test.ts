import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import {
  eventFor,
  type Notification,
  type NotificationAnswer,
  signNotification,
  withHeaders,
} from '../support/notifications.ts';
import { CONTRACT, MCHID } from '../support/notifications-stack.ts';
import { type NotificationsWorld, startNotificationsWorld } from '../support/notifications-world.ts';

let world: NotificationsWorld;
beforeAll(async () => {
  world = await startNotificationsWorld();
  await world.addMerchant('1900000002');
});
afterAll(() => world.close());
beforeEach(() => world.clear());
afterEach(() => world.clearFaults());

const expectRefused = (answer: NotificationAnswer): void => world.expectRefused(answer);
const reasons = () =>
  world.logs.lines.filter(({ message }) => message === 'notification refused').map(({ reason }) => reason);
const deliver = (notification: Notification, mchid = MCHID) =>
  world.coldLambda().deliver(notification, { mchid });
const flip = (text: string, at: number): string =>
  text.slice(0, at) + (text[at] === 'A' ? 'B' : 'A') + text.slice(at + 1);

describe('a notification with anything altered is refused, and told to nobody', () => {
  it.each([
    ['a byte of the body', 'verification_signature', ({ headers, body }) => ({ headers, body: `${body} ` })],
    [
      'a byte of the ciphertext',
      'verification_signature',
      ({ headers, body }) => ({ headers, body: flip(body, body.indexOf('"ciphertext":"') + 20) }),
    ],
    [
      'the nonce of the AEAD',
      'verification_signature',
      ({ headers, body }) => ({ headers, body: body.replace('fdasfjihihih', 'fdasfjihihiX') }),
    ],
    [
      'the associated data',
      'verification_signature',
      ({ headers, body }) => ({
        headers,
        body: body.replace('"associated_data":""', '"associated_data":"x"'),
      }),
    ],
    [
      'the timestamp',
      'verification_signature',
      (n) => withHeaders(n, { 'Wechatpay-Timestamp': String(Number(n.headers['Wechatpay-Timestamp']) + 1) }),
    ],
    [
      'the nonce',
      'verification_signature',
      (n) => withHeaders(n, { 'Wechatpay-Nonce': 'AcZ9Cmy4Xyx1i6RlJQzLcCyEqDa26NBz' }),
    ],
    [
      'the signature',
      'verification_signature',
      (n) => withHeaders(n, { 'Wechatpay-Signature': flip(n.headers['Wechatpay-Signature'] ?? '', 9) }),
    ],
    [
      'the signature, which is no base64',
      'verification_signature',
      (n) => withHeaders(n, { 'Wechatpay-Signature': `${n.headers['Wechatpay-Signature']}!` }),
    ],
    [
      'the serial, of another known key',
      'verification_signature',
      (n) => withHeaders(n, { 'Wechatpay-Serial': world.signers.publicKey.serial }),
    ],
    [
      'the serial, which is none',
      'verification_unknown_serial',
      (n) => withHeaders(n, { 'Wechatpay-Serial': '../x' }),
    ],
    [
      'the kind of signature',
      'verification_headers_missing',
      (n) => withHeaders(n, { 'Wechatpay-Signature-Type': 'WECHATPAY2-SM2-WITH-SM3' }),
    ],
    [
      'a header, which is gone',
      'verification_headers_missing',
      (n) => withHeaders(n, { 'Wechatpay-Nonce': '' }),
    ],
  ] as [string, string, (genuine: Notification) => Notification][])('%s', async (_, reason, alter) => {
    expectRefused(await deliver(alter(world.notification())));
    expect(reasons()).toEqual([reason]);
    expect(world.logs.metrics()).toContain('NotificationRefused');
  });

  it('a header that is sent twice', async () => {
    const genuine = world.notification();
    for (const name of Object.keys(genuine.headers).filter((one) => one.startsWith('Wechatpay-'))) {
      const event = eventFor(genuine, { mchid: MCHID, format: '1.0' }) as {
        multiValueHeaders: Record<string, string[]>;
      };
      const value = genuine.headers[name] ?? '';
      event.multiValueHeaders[name] = [value, value];
      expectRefused(await world.coldLambda().invoke(event));
      expectRefused(await deliver(withHeaders(genuine, { [name]: `${value},${value}` })));
    }
  });

  it('another merchant’s notification, signed by WeChat Pay as it may be', async () => {
    // Platform certificates are the same for all merchants: it is the APIv3 key that tells whom it was sealed for.
    await world.update('1900000002', { api_v3_key: await world.seal32('2'.repeat(32), '1900000002') });
    const answer = await deliver(world.notification(), '1900000002');
    expect(answer.status).toBe(503);
    expect(world.bus.events).toEqual([]);
  });

  it('a merchant’s own key, or WeChat Pay’s of yesterday', async () => {
    const { privateKey } = world.signers.rotated;
    const by = { serial: world.signers.certificate.serial, privateKey };
    expectRefused(await deliver(world.notification(CONTRACT, { by })));
  });
});

describe('the clock', () => {
  it('may be off by 300 seconds either way, and not by more', async () => {
    const at = (seconds: number) => {
      const now = Math.floor(Date.now() / 1000) * 1000;
      return deliver(world.notification(CONTRACT, { at: now + seconds * 1000 }));
    };
    expect((await at(-290)).status).toBe(204);
    expect((await at(300)).status).toBe(204);
    world.bus.clear();
    expectRefused(await at(-302));
    expectRefused(await at(303));
    expect(reasons()).toEqual(['verification_timestamp', 'verification_timestamp']);
    expect(world.stack.dynamo.calls.length).toBeLessThanOrEqual(2);
  });

  it('makes an old notification worthless', async () => {
    const notification = world.notification();
    expect((await deliver(notification)).status).toBe(204);
    world.setLater(302_000);
    world.bus.clear();
    expectRefused(await deliver(notification));
  });
});

it('a probe is refused like any other wrong signature, and rings nothing', async () => {
  const probe = withHeaders(world.notification(), { 'Wechatpay-Signature': 'WECHATPAY/SIGNTEST/AAAA' });
  expectRefused(await deliver(probe));
  expect(reasons()).toEqual(['verification_probe']);
  expect(world.logs.metrics()).not.toContain('NotificationRefused');
});

describe('the log holds no word of a body', () => {
  const MARK = 'CANARY';
  const canary = `{"openid":"${MARK}-openid","plate_number":"${MARK}粤B"}`;
  const expectSilent = (answer: NotificationAnswer): void => {
    expect(JSON.stringify([answer, world.logs.lines])).not.toContain(MARK);
    expect(world.logs.lines.length).toBeGreaterThan(0);
  };
  it.each([
    ['that is told', () => world.notification(canary), 204],
    [
      'that is forged',
      () =>
        signNotification(
          `{"id":"${MARK}"}`,
          { ...world.signers.certificate, privateKey: world.signers.rotated.privateKey },
          Date.now(),
        ),
      401,
    ],
    [
      'whose serial, nonce and signature are made up',
      () =>
        withHeaders(world.notification(canary), {
          'Wechatpay-Serial': MARK,
          'Wechatpay-Nonce': MARK,
          'Wechatpay-Signature': MARK,
        }),
      401,
    ],
    ['that is no JSON', () => signNotification(`${MARK} {`, world.signers.certificate, Date.now()), 502],
    ['whose resource is no JSON', () => world.notification(`${MARK} {`), 502],
    [
      'whose id and type are not of their shape',
      () => world.notification(canary, { change: { id: `${MARK} 1`, event_type: `${MARK} x` } }),
      204,
    ],
    ['that is sealed with another key', () => world.notification(canary, { key: 'X'.repeat(32) }), 503],
  ] as [string, () => Notification, number][])('%s', async (_, make, status) => {
    const answer = await deliver(make());
    expect(answer.status).toBe(status);
    expectSilent(answer);
  });

  it('whose merchant is made up', async () => {
    expectSilent(await deliver(world.notification(canary), MARK));
  });
});
