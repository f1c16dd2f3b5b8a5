import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Fault } from './fault.ts';
import type { Faults } from './faults.ts';
import { type MerchantPlatform, PlatformRefusal } from './merchant-platform.ts';

const PREFIX = '/__sandbox/';
/** A request for a certificate has about 1,000 bytes. */
const MOST_BYTES = 65_536;

/** What can be wrong with all calls from now on: the faults that take nothing more than their name. */
const FAULTS = [
  'system-error',
  'unavailable',
  'rate-limit',
  'reset',
  'hang',
] as const satisfies Fault['kind'][];

type Asked = { readonly mchid: string; readonly last: string; readonly body: string };
/** @returns what is answered; nothing is 204. */
type Route = (asked: Asked) => string | undefined | Promise<string | undefined>;

const isControl = ({ url = '' }: IncomingMessage): boolean => url.startsWith(PREFIX);

/**
 * Pages on the web must not get here through a browser on this machine: neither from their own origin, nor under a host
 * name of theirs that they let point to 127.0.0.1.
 */
function requireLocal({ headers, socket }: IncomingMessage): void {
  const hosts = ['127.0.0.1', 'localhost'].map((name) => `${name}:${socket.localPort}`);
  const { host = '', origin, 'sec-fetch-site': site = 'none' } = headers;
  const isOurs = origin === undefined || origin === `http://${host}`;
  if (hosts.includes(host) && isOurs && (site === 'none' || site === 'same-origin')) return;
  throw new PlatformRefusal(403, `This is for programs on this machine, by the name ${hosts.join(' or ')}.`);
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  // To its end, whatever is sent: to leave a body half read would break the connection before the answer is read.
  for await (const chunk of request) {
    bytes += chunk.length;
    if (bytes <= MOST_BYTES) chunks.push(chunk);
  }
  if (bytes <= MOST_BYTES) return Buffer.concat(chunks).toString();
  throw new PlatformRefusal(413, `More than ${MOST_BYTES} bytes were sent.`);
}

function setFault(faults: Faults, word: string): undefined {
  const kind = FAULTS.find((name) => name === word.trim());
  if (!kind) throw new PlatformRefusal(400, `Give one of these words: ${FAULTS.join(', ')}.`);
  faults.clear();
  faults.add({ kind }, { times: Infinity });
}

const routesOf = (platform: MerchantPlatform, faults: Faults): Readonly<Record<string, Route>> => ({
  'POST MCHID/certificates': ({ mchid, body }) => platform.issue(mchid, body),
  'DELETE MCHID/certificates/': ({ mchid, last }) => void platform.revoke(mchid, last.toUpperCase()),
  'GET MCHID/public-key': ({ mchid }) => platform.publicKey(mchid).pem,
  'GET MCHID/public-key-id': ({ mchid }) => platform.publicKey(mchid).id,
  // Editors end a file with a line feed; one is no part of the key.
  'PUT MCHID/api-v3-key': ({ mchid, body }) => void platform.setApiV3Key(mchid, body.replace(/\r?\n$/, '')),
  'PUT faults': ({ body }) => setFault(faults, body),
  'DELETE faults': () => void faults.clear(),
});

const MERCHANT = /^merchants\/(\d{8,12})\/([a-z0-9-]+\/?)([0-9A-Za-z]*)$/;

/** What only the stand-in has: what people do on the merchant platform, and faults, under `/__sandbox/`. */
export function createControl(platform: MerchantPlatform, faults: Faults) {
  const routes = routesOf(platform, faults);

  async function act(request: IncomingMessage): Promise<string | undefined> {
    requireLocal(request);
    const path = (request.url ?? '').slice(PREFIX.length);
    const [, mchid = '', resource = '', last = ''] = MERCHANT.exec(path) ?? [];
    const route = routes[`${request.method} ${mchid === '' ? path : `MCHID/${resource}`}`];
    if (!route)
      throw new PlatformRefusal(404, 'There is no such thing here; docs/operator.md tells what is.');
    return route({ mchid, last, body: await bodyOf(request) });
  }

  /** @returns whether the request was one for here. */
  return function control(request: IncomingMessage, response: ServerResponse): boolean {
    if (!isControl(request)) return false;
    const answer = (status: number, text = ''): void => {
      const headers = { 'X-Content-Type-Options': 'nosniff', 'Cache-Control': 'no-store' };
      const type = text === '' ? {} : { 'Content-Type': 'text/plain; charset=utf-8' };
      response.writeHead(status, { ...headers, ...type }).end(text);
    };
    act(request).then(
      (text) => answer(text === undefined ? 204 : 200, text),
      (error: unknown) => {
        if (error instanceof PlatformRefusal) answer(error.status, `${error.message}\n`);
        else answer(500, `${error}\n`);
      },
    );
    return true;
  };
}
