import type { Server } from 'node:http';
import type { Socket } from 'node:net';

/** The TCP connections that carry TLS, by their two ends: Node resets none through the TLS on top of it. */
const carriers = new Map<string, Socket>();

const endsOf = ({ localPort, remoteAddress, remotePort }: Socket): string =>
  `${localPort} ${remoteAddress} ${remotePort}`;

/** Lets `reset` find the connections of a server for HTTPS. */
export function watchCarriers(server: Server): void {
  server.on('connection', (socket: Socket) => {
    const ends = endsOf(socket);
    carriers.set(ends, socket);
    socket.once('close', () => carriers.delete(ends));
  });
}

/** Ends a connection with RST, as a server does that has crashed. */
export const reset = (socket: Socket): void =>
  void (carriers.get(endsOf(socket)) ?? socket).resetAndDestroy();
