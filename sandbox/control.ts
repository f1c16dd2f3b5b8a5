import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Language } from './anatomy.ts';
import type { Channel } from './channel.ts';
import type { ConsoleFiles } from './console-files.ts';
import { ControlRefusal } from './control-refusal.ts';
import type { Asked, Routes, Said } from './control-routes.ts';
import { matchPath } from './parameters.ts';

const PREFIX = '/__sandbox/';
/** A request for a certificate has about 1,000 bytes. */
const MOST_BYTES = 65_536;

const MCHID = /^\d{8,12}$/;

/**
 * Pages on the web must not get here through a browser on this machine: neither from their own origin, nor under a host
 * name of theirs that they let point to 127.0.0.1.
 */
function requireLocal({ headers, socket }: IncomingMessage): void {
  const hosts = ['127.0.0.1', 'localhost'].map((name) => `${name}:${socket.localPort}`);
  const { host = '', origin, 'sec-fetch-site': site = 'none' } = headers;
  const isOurs = origin === undefined || origin === `http://${host}`;
  const isNear = ['127.0.0.1', '::ffff:127.0.0.1', '::1'].includes(socket.remoteAddress ?? '');
  if (isNear && hosts.includes(host) && isOurs && (site === 'none' || site === 'same-origin')) return;
  throw new ControlRefusal(403, 'request.not_local', { names: hosts.join(', ') });
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
  throw new ControlRefusal(413, 'request.too_long', { bytes: MOST_BYTES });
}

/** Chinese where it is wanted before English, as browsers and people list them; else English. */
function languageOf({ headers }: IncomingMessage): Language {
  const wanted = /\b(?:zh|en)\b/i.exec(headers['accept-language'] ?? '');
  return wanted?.[0].toLowerCase() === 'zh' ? 'zh-CN' : 'en';
}

function find(routes: Routes, method: string, path: string) {
  for (const [name, route] of Object.entries(routes)) {
    const [wanted = '', template = ''] = name.split(' ');
    const pairs = wanted === method ? matchPath(template, path) : undefined;
    const { mchid = '', id = '' } = Object.fromEntries(pairs ?? []);
    if (pairs && (mchid === '' || MCHID.test(mchid))) return { route, mchid, id };
  }
  throw new ControlRefusal(404, 'request.unknown', {});
}

/** The way in to what only the stand-in has: `routes` under `/__sandbox/`, and the console. */
export function createControl(routes: Routes, pages: ConsoleFiles, channel: Channel) {
  async function act(request: IncomingMessage): Promise<Said> {
    requireLocal(request);
    if (pages.has(request)) return (response) => pages.send(response, request);
    const { method = '', url = '' } = request;
    const { route, ...asked } = find(routes, method, url.slice(PREFIX.length));
    const language = languageOf(request);
    const said = await route({ ...asked, language, body: await bodyOf(request) } satisfies Asked);
    if (method !== 'GET') channel.publish({ name: 'change', data: { method, path: url } });
    return said;
  }

  /** @returns whether the request was one for here. */
  return function control(request: IncomingMessage, response: ServerResponse): boolean {
    if (!pages.has(request) && !request.url?.startsWith(PREFIX)) return false;
    const answer = (status: number, text: string, type = 'text/plain; charset=utf-8'): void => {
      const headers = { 'X-Content-Type-Options': 'nosniff', 'Cache-Control': 'no-store' };
      response.writeHead(status, { ...headers, ...(text === '' ? {} : { 'Content-Type': type }) }).end(text);
    };
    act(request).then(
      (made) => {
        if (typeof made === 'function') made(response);
        else if (typeof made === 'object') answer(200, `${JSON.stringify(made)}\n`, 'application/json');
        else answer(made === undefined ? 204 : 200, made ?? '');
      },
      (error: unknown) => {
        if (error instanceof ControlRefusal) answer(error.status, `${error.tell(languageOf(request))}\n`);
        else answer(500, `${error}\n`);
      },
    );
    return true;
  };
}
