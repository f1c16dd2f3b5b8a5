import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { AddressInfo, Server } from 'node:net';
import { expect, it } from '@jest/globals';
import { startServed } from '../../support/aws/events-test-function.ts';

/** Published by Node for every server of this process once it listens, whoever made it. */
const CHANNEL = 'tracing:net.server.listen:asyncEnd';

it('nothing listens elsewhere than on 127.0.0.1', async () => {
  const addresses: unknown[] = [];
  const note = (message: unknown): void => {
    const { server } = message as { server: Server };
    addresses.push(server.address());
  };
  subscribe(CHANNEL, note);
  const world = await startServed();
  await world.send('a');
  await world.serve(() => null).idle();
  await world.close();
  unsubscribe(CHANNEL, note);

  const expected = [world.queues.url, world.eventBridge.url].map(
    (url): AddressInfo => ({
      address: '127.0.0.1',
      family: 'IPv4',
      port: Number(new URL(url).port),
    }),
  );
  expect(addresses).toEqual(expected);
});
