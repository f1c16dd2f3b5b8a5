import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { watchCarriers } from './reset.ts';
import type { TlsKeys } from './tls.ts';

/** `now`: the client is told (FIN). `next-use`: it finds out by writing into a dead socket. */
export type DropWhen = 'now' | 'next-use';

export type Listener = {
  readonly url: string;
  /** Takes a connection that somebody else has accepted. */
  readonly adopt: (socket: Duplex) => void;
  readonly close: () => Promise<void>;
  /** TCP connections accepted so far. */
  readonly connections: () => number;
  readonly dropIdleConnections: (when: DropWhen) => number;
};

/** Where to listen; with `tls`, for HTTPS. Port 0: any free one. */
export type Place = { readonly port: number; readonly address: string; readonly tls?: TlsKeys };

/** A listener that knows its TCP connections, and which of them are idle. */
export async function listen({ port, address, tls }: Place, onRequest: RequestListener): Promise<Listener> {
  const idle = new Set<Socket>();
  const doomed = new Set<Socket>();
  let accepted = 0;

  const server = create(tls, (request, response) => {
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

  const bound = await started(server, port, address);
  return {
    url: `${tls ? 'https' : 'http'}://127.0.0.1:${bound}`,
    adopt: (socket) => void server.emit('connection', socket),
    close: () => stopped(server),
    connections: () => accepted,
    dropIdleConnections,
  };
}

function create(tls: TlsKeys | undefined, onRequest: RequestListener): Server {
  if (!tls) return createServer(onRequest);
  const { privateKeyPem: key, certificatePem: cert } = tls;
  const server = createTlsServer({ key, cert }, onRequest).on('tlsClientError', (error, socket) => {
    // A client that does not know our CA says so, and goes.
    if (/alert/i.test(`${error}`)) tls.onDistrust?.();
    socket.destroy();
  });
  watchCarriers(server);
  return server;
}

/** @returns the port */
export const started = (server: Server, port: number, address: string): Promise<number> =>
  new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, address, () => {
      server.removeListener('error', reject);
      resolve((server.address() as AddressInfo).port);
    });
  });

export const stopped = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    server.close(() => resolve());
    // A hanging call would keep close() waiting for ever.
    server.closeAllConnections();
  });
