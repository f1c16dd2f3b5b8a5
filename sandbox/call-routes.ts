import type { ServerResponse } from 'node:http';
import type { Channel, Happening } from './channel.ts';
import { ControlRefusal } from './control-refusal.ts';
import type { Routes } from './control-routes.ts';
import { dissect, summarise } from './dissect.ts';
import { ownerOf } from './product/owner.ts';
import type { Product } from './product/product.ts';
import type { Call } from './types.ts';

/** A reader that is this far behind is let go: it can come back and read the list. */
const MOST_UNREAD_BYTES = 1_048_576;

/** What has come in, and what is wrong with it. */
export const callRoutes = (calls: readonly Call[], channel: Channel, product?: Product): Routes => ({
  // Newest first.
  'GET calls': () => calls.map(summarise).reverse(),
  'GET calls/{id}': ({ id }) => {
    const call = calls.find(({ n }) => `${n}` === id);
    if (call) return { ...dissect(call), product: product && ownerOf(call, product)?.n };
    throw new ControlRefusal(404, 'call.unknown', {});
  },
  'GET events': () => (response) => stream(response, channel),
});

/** Server-sent events, until the reader goes. */
function stream(response: ServerResponse, channel: Channel): void {
  response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' });
  // So that a reader knows that it will miss nothing from now on.
  response.write(': listening\n\n');
  const unsubscribe = channel.subscribe((happening) => {
    response.write(`event: ${happening.name}\ndata: ${JSON.stringify(dataOf(happening))}\n\n`);
    if (response.writableLength > MOST_UNREAD_BYTES) response.destroy();
  });
  response.once('close', unsubscribe);
}

const dataOf = (happening: Happening): object =>
  happening.name === 'call' ? summarise(happening.call) : happening.data;
