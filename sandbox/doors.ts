import type { RequestListener } from 'node:http';
import type { Host } from './host.ts';
import { type DropWhen, type Listener, listen } from './listeners.ts';
import { type ProxyServer, startProxy } from './proxy.ts';
import { hostOf, type TlsKeys } from './tls.ts';

export type DoorOptions = {
  /** Default 0, as for all ports: any free one. */
  readonly port?: number;
  readonly backupPort?: number;
  /** Where all of them listen. Default 127.0.0.1. */
  readonly address?: string;
  /** HTTPS under WeChat Pay's names, and a proxy that leads there. */
  readonly tls?: { readonly port: number; readonly proxyPort: number; readonly keys: TlsKeys };
};

type Handlers = {
  readonly exchange: (host: Host, ...args: Parameters<RequestListener>) => void;
  /** @returns whether the request was for the stand-in itself */
  readonly control: (...args: Parameters<RequestListener>) => boolean;
};

type Opened = Listener | ProxyServer;

/** All ways in. When one cannot be opened, none stays open. */
export async function openDoors(options: DoorOptions, { exchange, control }: Handlers) {
  const { port = 0, backupPort = 0, address = '127.0.0.1', tls } = options;
  const plain = (host: Host, at: number) =>
    listen({ port: at, address }, (request, response) => {
      if (!control(request, response)) exchange(host, request, response);
    });
  const secure = tls && listenSecurely(tls.port);
  const proxy = tls && secure && startProxyTo(tls.proxyPort, secure);
  const opening = [plain('primary', port), plain('backup', backupPort)] as const;
  const opened = await Promise.allSettled<Opened | undefined>([...opening, secure, proxy]);
  // All at once: what hangs must not be answered after all, because another door took its time.
  const closeAll = async () => {
    await Promise.all(opened.map((one) => (one.status === 'fulfilled' ? one.value?.close() : undefined)));
  };
  const failed = opened.find((one) => one.status === 'rejected');
  if (failed) {
    await closeAll();
    throw failed.reason;
  }
  return views(await Promise.all(opening), await secure, await proxy, closeAll);

  function listenSecurely(at: number) {
    return listen({ port: at, address, ...(tls ? { tls: tls.keys } : {}) }, (request, response) =>
      exchange(hostOf(request.headers.host), request, response),
    );
  }
  async function startProxyTo(at: number, listener: Promise<Listener>) {
    const { adopt } = await listener;
    return startProxy({ port: at, address }, adopt);
  }
}

const views = (
  [primary, backup]: readonly [Listener, Listener],
  secure: Listener | undefined,
  proxy: ProxyServer | undefined,
  closeDoors: () => Promise<void>,
) => ({
  url: primary.url,
  /** Where the stand-in itself is asked for something: see control.ts. */
  controlUrl: `${primary.url}/__sandbox`,
  backupUrl: backup.url,
  tlsUrl: secure?.url,
  proxyUrl: proxy?.url,
  /** TCP connections accepted so far, by both hosts. */
  connections: () => primary.connections() + backup.connections(),
  /** Kills idle kept-alive connections and tells how many; with `next-use` the client only notices by writing. */
  dropIdleConnections: (when: DropWhen = 'now') =>
    primary.dropIdleConnections(when) + backup.dropIdleConnections(when),
  closeDoors,
});
