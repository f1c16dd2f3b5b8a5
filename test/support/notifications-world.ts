import { MCHID, startNotificationsStack } from './notifications-stack.ts';
import { captureLogs } from './world.ts';

/** With a merchant, and what is logged. */
export const startNotificationsWorld = async () => {
  const world = await startNotificationsStack();
  await world.addMerchant(MCHID);
  const logs = captureLogs();
  return {
    ...world,
    logs,
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
