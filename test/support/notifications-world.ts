import { expect } from '@jest/globals';
import type { NotificationAnswer } from './notifications.ts';
import { MCHID, startNotificationsStack } from './notifications-stack.ts';
import { captureLogs } from './world.ts';

const REFUSED = '{"code":"FAIL","message":"The notification cannot be verified."}';

/** With a merchant, and what is logged. */
export const startNotificationsWorld = async () => {
  const world = await startNotificationsStack();
  await world.addMerchant(MCHID);
  const logs = captureLogs();
  return {
    ...world,
    logs,
    /** The one answer to all that is not proved; and nobody is told. */
    expectRefused: ({ status, headers, body }: NotificationAnswer): void => {
      expect({ status, body }).toEqual({ status: 401, body: REFUSED });
      expect(Object.keys(headers).sort()).toEqual(['Cache-Control', 'Content-Type', 'Request-ID']);
      expect(world.bus.events).toEqual([]);
    },
    clear: (): void => {
      world.setLater(0);
      world.clear();
      logs.clear();
    },
    close: async (): Promise<void> => {
      logs.stop();
      await world.close();
    },
  };
};
export type NotificationsWorld = Awaited<ReturnType<typeof startNotificationsWorld>>;
