import { createServer, type IncomingMessage, type ServerResponse, request as send } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * A long way to `origin`: an answer leaves `roundTripMs` after its request arrived, whatever the server needed for
 * it. The sandbox's own latency comes on top of the RSA work of a stand-in, which is milliseconds that no client
 * should be charged for.
 */
export const startRelay = async (origin: string, roundTripMs: number) => {
  const held: number[] = [];
  const pass = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const arrived = performance.now();
    const { method, headers } = request;
    const onward = send(new URL(request.url ?? '/', origin), { method, headers });
    onward.end(await buffer(request));
    const answer = await new Promise<IncomingMessage>((resolve, reject) => {
      onward.once('response', resolve).once('error', reject);
    });
    const body = await buffer(answer);
    const left = arrived + roundTripMs - performance.now();
    if (left > 0) await sleep(left);
    held.push(performance.now() - arrived);
    response.writeHead(answer.statusCode ?? 502, answer.headers).end(body);
  };
  const server = createServer((request, response) => {
    pass(request, response).catch(() => request.socket.destroy());
  });
  server.keepAliveTimeout = 0;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    /** Milliseconds that each answer was in fact held: timers are seldom exact. */
    held: held as readonly number[],
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
};
