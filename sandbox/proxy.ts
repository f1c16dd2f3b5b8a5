import { createServer } from 'node:http';
import type { Duplex } from 'node:stream';
import { started, stopped } from './listeners.ts';
import { HOSTS } from './tls.ts';

const REFUSAL =
  'This proxy leads to the WeChat Pay sandbox alone: CONNECT to WeChat Pay’s hosts or this machine, port 443.\n';

export type ProxyServer = { readonly url: string; readonly close: () => Promise<void> };

type Place = { readonly port: number; readonly address: string };

/**
 * An HTTP proxy whose every tunnel ends here, for clients that cannot be given another address than the real one. It
 * opens no connection of its own, so nobody can use it to reach anything else.
 */
export async function startProxy(
  { port, address }: Place,
  adopt: (socket: Duplex) => void,
): Promise<ProxyServer> {
  const tunnels = new Set<Duplex>();
  const server = createServer((_, response) => {
    response.writeHead(403, { 'Content-Type': 'text/plain; charset=utf-8' }).end(REFUSAL);
  });
  server.on('connect', ({ url = '' }, socket, head) => {
    tunnels.add(socket);
    socket.on('error', () => socket.destroy()).once('close', () => tunnels.delete(socket));
    if (!isOurs(url)) {
      // Read to its end, or it would stay half open.
      socket.resume().end(`HTTP/1.1 403 Forbidden\r\nConnection: close\r\n\r\n${REFUSAL}`);
      return;
    }
    socket.write('HTTP/1.1 200 Connection Established\r\n\r\n');
    socket.unshift(head);
    adopt(socket);
  });
  const bound = await started(server, port, address);
  return {
    url: `http://127.0.0.1:${bound}`,
    async close() {
      for (const tunnel of tunnels) tunnel.destroy();
      await stopped(server);
    },
  };
}

function isOurs(target: string): boolean {
  const [, name = '', port] = /^(.*):(\d+)$/.exec(target) ?? [];
  return port === '443' && Object.hasOwn(HOSTS, name.toLowerCase());
}
