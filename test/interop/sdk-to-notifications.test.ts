import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { sdkNotification } from '../support/interop/sdk.ts';
import { API_V3_KEY, CONTRACT, MCHID } from '../support/notifications-stack.ts';
import { type NotificationsWorld, startNotificationsWorld } from '../support/notifications-world.ts';

let world: NotificationsWorld;
beforeAll(async () => {
  world = await startNotificationsWorld();
});
afterAll(() => world.close());

it.each(['certificate', 'publicKey'] as const)(
  'a notification that somebody else’s code seals and signs with the %s is told as it was sealed',
  async (by) => {
    world.clear();
    const envelope = {
      id: 'EV-1',
      create_time: '2026-11-21T14:00:00+08:00',
      event_type: 'PAYSCORE.USER_OPEN_SERVICE',
    };
    const notification = sdkNotification(CONTRACT, envelope, { apiV3Key: API_V3_KEY, ...world.signers[by] });
    expect((await world.coldLambda().deliver(notification, { mchid: MCHID })).status).toBe(204);
    expect(world.bus.details).toEqual([expect.stringContaining(`"resource":${CONTRACT}}`)]);
  },
);
