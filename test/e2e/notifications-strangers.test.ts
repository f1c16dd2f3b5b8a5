import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type Notification, type NotificationAnswer, withHeaders } from '../support/notifications.ts';
import { CONTRACT, MCHID } from '../support/notifications-stack.ts';
import { type NotificationsWorld, startNotificationsWorld } from '../support/notifications-world.ts';

let world: NotificationsWorld;
beforeAll(async () => {
  world = await startNotificationsWorld();
});
afterAll(() => world.close());
beforeEach(() => world.clear());
afterEach(() => world.clearFaults());

const expectRefused = (answer: NotificationAnswer): void => world.expectRefused(answer);
const deliver = (notification: Notification, mchid = MCHID) =>
  world.coldLambda().deliver(notification, { mchid });
describe('a stranger', () => {
  it('cannot tell from the answer whether a merchant is here', async () => {
    const lambda = world.coldLambda();
    const genuine = world.notification();
    const forged = withHeaders(genuine, { 'Wechatpay-Signature': 'AAAA' });
    const unknownSerial = withHeaders(genuine, { 'Wechatpay-Serial': 'AB'.repeat(20) });
    const stale = world.notification(CONTRACT, { at: Date.now() - 400_000 });
    const answers = await Promise.all([
      lambda.deliver(genuine, { mchid: '1999999999' }),
      lambda.deliver(genuine, { mchid: 'not a number' }),
      ...[forged, unknownSerial, stale].map((one) => lambda.deliver(one, { mchid: MCHID })),
    ]);
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    for (const answer of answers) expectRefused(answer);
  });

  it('makes nobody read anything without a fresh timestamp, a serial and a merchant number', async () => {
    const genuine = world.notification();
    expectRefused(await deliver(world.notification(CONTRACT, { at: 0 })));
    expectRefused(await deliver(withHeaders(genuine, { 'Wechatpay-Serial': 'x' })));
    expectRefused(await deliver(genuine, '1'.repeat(33)));
    expect(world.stack.dynamo.calls).toEqual([]);
  });

  it('with a flood of numbers costs 20 reads in 10 seconds, and hurts no merchant in memory', async () => {
    const lambda = world.coldLambda();
    const genuine = world.notification();
    expect((await lambda.deliver(genuine, { mchid: MCHID })).status).toBe(204);
    world.clear();
    const flood = async (from: number) => {
      const numbers = Array.from({ length: 200 }, (_, n) => String(from + n));
      const answers = await Promise.all(numbers.map((mchid) => lambda.deliver(genuine, { mchid })));
      expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([401]));
    };
    await flood(2_000_000_000);
    expect(world.stack.dynamo.calls).toHaveLength(20);
    expect((await lambda.deliver(genuine, { mchid: MCHID })).status).toBe(204);
    world.setLater(10_001);
    await flood(2_000_000_000);
    expect(world.stack.dynamo.calls).toHaveLength(40);
    expect(world.stack.kms.calls).toEqual([]);
    expect(world.lambda.calls).toEqual([]);
  });

  it('makes the same number be looked for once a minute', async () => {
    const lambda = world.coldLambda();
    const knock = () => lambda.deliver(world.notification(), { mchid: '1999999999' });
    for (let n = 0; n < 5; n += 1) await knock();
    expect(world.stack.dynamo.calls).toHaveLength(1);
    world.setLater(60_001);
    await knock();
    expect(world.stack.dynamo.calls).toHaveLength(2);
  });

  it('whom the operator sets up is known a minute later', async () => {
    const lambda = world.coldLambda();
    const send = () => lambda.deliver(world.notification(), { mchid: '1900000003' });
    expectRefused(await send());
    await world.addMerchant('1900000003');
    world.setLater(60_001);
    expect((await send()).status).toBe(204);
  });
});

describe('a serial that is not known yet', () => {
  let last = 1_900_000_100;
  let mchid: string;
  beforeEach(async () => {
    last += 1;
    mchid = String(last);
    await world.addMerchant(mchid);
    world.clear();
  });
  it('has the refresh asked, once, and is then known', async () => {
    const lambda = world.coldLambda();
    const notifications = Array.from({ length: 5 }, () =>
      world.notification(CONTRACT, { by: world.signers.rotated }),
    );
    const answers = await Promise.all(notifications.map((one) => lambda.deliver(one, { mchid })));
    expect(answers.map(({ status }) => status)).toEqual([204, 204, 204, 204, 204]);
    expect(world.lambda.calls).toEqual([{ functionName: 'refresh', event: { mchid } }]);
  });

  it('that nobody knows has it asked once a minute, however often it comes', async () => {
    const lambda = world.coldLambda();
    const nobodys = withHeaders(world.notification(), { 'Wechatpay-Serial': 'CD'.repeat(20) });
    for (let n = 0; n < 10; n += 1) expectRefused(await lambda.deliver(nobodys, { mchid }));
    expect(world.lambda.calls).toHaveLength(1);
    expect(world.stack.kms.calls.filter(({ operation }) => operation === 'Sign')).toEqual([]);
  });

  it('is refused like any other when the refresh does not answer, and in time', async () => {
    world.lambda.fault('hang');
    const nobodys = withHeaders(world.notification(), { 'Wechatpay-Serial': 'EF'.repeat(20) });
    expectRefused(await world.coldLambda().deliver(nobodys, { mchid, ms: 1_300 }));
    expect(world.logs.refreshFailures()).toEqual(['refresh_failed']);
  });
});
