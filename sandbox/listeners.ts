import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

/** `now`: the client is told (FIN). `next-use`: it finds out by writing into a dead socket. */
export type DropWhen = 'now' | 'next-use';

export type Listener = {
  readonly url: string;
  readonly close: () => Promise<void>;
  /** TCP connections accepted so far. */
  readonly connections: () => number;
  readonly dropIdleConnections: (when: DropWhen) => number;
};

/** An HTTP listener on loopback that knows its TCP connections, and which of them are idle. */
export async function listen(port: number, onRequest: RequestListener): Promise<Listener> {
  const idle = new Set<Socket>();
  const doomed = new Set<Socket>();
  let accepted = 0;

  const server = createServer((request, response) => {
    const { socket } = request;
    idle.delete(socket);
    if (doomed.has(socket)) return void socket.resetAndDestroy();
    response.once('finish', () => socket.destroyed || idle.add(socket));
    onRequest(request, response);
  });
  // Nothing but the test ends a kept-alive connection: the default of 5 s would race with a slow machine.
  server.keepAliveTimeout = 0;
  server.on('connection', (socket) => {
    accepted += 1;
    socket.once('close', () => {
      idle.delete(socket);
      doomed.delete(socket);
    });
  });

  function dropIdleConnections(when: DropWhen): number {
    const sockets = [...idle];
    idle.clear();
    for (const socket of sockets) {
      if (when === 'now') socket.destroy();
      else doomed.add(socket);
    }
    return sockets.length;
  }

  await started(server, port);
  const { port: bound } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${bound}`,
    close: () => stopped(server),
    connections: () => accepted,
    dropIdleConnections,
  };
}

const started = (server: Server, port: number) =>
  new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      server.removeListener('error', reject);
      resolve();
    });
  });

const stopped = (server: Server) =>
  new Promise<void>((resolve) => {
    server.close(() => resolve());
    // A hanging call would keep close() waiting for ever.
    server.closeAllConnections();
  });
