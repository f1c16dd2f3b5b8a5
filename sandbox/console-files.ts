import { readdir, readFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { extname, join, relative, sep } from 'node:path';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/** What the page shows comes from strangers: nothing of it may ever run, load or send anything. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  // The only one who makes HTML of text: Vue, of what was compiled into the page.
  "require-trusted-types-for 'script'",
  'trusted-types vue',
].join('; ');

const HEADERS = {
  'Content-Security-Policy': POLICY,
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  // The next version has the same names on the same port.
  'Cache-Control': 'no-cache',
};

export type ConsoleFiles = {
  /** Whether there is a file of the console at this path. */
  readonly has: (request: IncomingMessage) => boolean;
  readonly send: (response: ServerResponse, request: IncomingMessage) => void;
};

/** The pages of the console, read once from the folder where they were built; without one, none. */
export async function readConsole(folder: string | undefined): Promise<ConsoleFiles> {
  const files = folder === undefined ? new Map<string, ConsoleFile>() : await filesIn(folder);
  const find = ({ method = '', url = '' }: IncomingMessage) =>
    method === 'GET' || method === 'HEAD' ? files.get(url.replace(/\?.*/, '')) : undefined;
  return {
    has: (request) => find(request) !== undefined,
    send(response, request) {
      const { type = '', bytes } = find(request) ?? {};
      response.writeHead(200, { ...HEADERS, 'Content-Type': type });
      response.end(request.method === 'HEAD' ? undefined : bytes);
    },
  };
}

type ConsoleFile = { readonly type: string; readonly bytes: Buffer };

async function filesIn(folder: string): Promise<Map<string, ConsoleFile>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile() && TYPES[extname(entry.name)] !== undefined);
  const read = files.map(async ({ parentPath, name }): Promise<[string, ConsoleFile]> => {
    const path = join(parentPath, name);
    const url = `/${relative(folder, path).replaceAll(sep, '/')}`;
    const file = { type: TYPES[extname(name)] ?? '', bytes: await readFile(path) };
    return [url === '/index.html' ? '/' : url, file];
  });
  return new Map(await Promise.all(read));
}
