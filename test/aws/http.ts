import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import type { SignedRequest } from './sigv4.ts';

export type Reply =
  | {
      readonly kind: 'answer';
      readonly status: number;
      readonly body: unknown;
      /** Value of the Date header, in milliseconds since the epoch. */
      readonly date: number;
      /** The answer leaves this many milliseconds after the request arrived, or as soon as it can. */
      readonly afterMs: number;
    }
  | { readonly kind: 'hang' }
  | { readonly kind: 'reset' };

const readBody = async (request: IncomingMessage): Promise<Buffer> => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks);
};

const send = (response: ServerResponse, reply: Extract<Reply, { kind: 'answer' }>): void => {
  const body = Buffer.from(JSON.stringify(reply.body));
  response.sendDate = false;
  response.writeHead(reply.status, {
    'content-type': 'application/x-amz-json-1.1',
    'content-length': body.length,
    'x-amzn-requestid': randomUUID(),
    // The SDK corrects its own clock by this header; the machine's time would undo an injected clock.
    date: new Date(reply.date).toUTCString(),
  });
  response.end(body);
};

/** Serves `answer` over real sockets on 127.0.0.1. `close` ends what is still open, hanging requests included. */
export const listen = async (answer: (request: SignedRequest) => Promise<Reply>, port: number) => {
  const closing = new AbortController();
  let connections = 0;

  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const arrived = performance.now();
    const { method = '', url: path = '', headers } = request;
    const reply = await answer({ method, path, headers, body: await readBody(request) });
    if (reply.kind === 'hang') return;
    if (reply.kind === 'reset') {
      request.socket.resetAndDestroy();
      return;
    }
    const left = arrived + reply.afterMs - performance.now();
    if (left > 0) await delay(left, undefined, { signal: closing.signal });
    send(response, reply);
  };

  const server = createServer((request, response) => {
    // What can fail here is a client that went away or a server that is being closed: nobody to answer to.
    serve(request, response).catch(() => request.socket.destroy());
  });
  // Node's 5 s would close a pooled socket just as the client picks it up again, a reset nobody asked for.
  server.keepAliveTimeout = 10 * 60_000;
  server.on('connection', () => {
    connections += 1;
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(port, '127.0.0.1', resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new TypeError('expected a TCP address');

  const stopped = new Promise<void>((resolve) => {
    server.once('close', resolve);
  });
  const close = (): Promise<void> => {
    closing.abort();
    server.close(() => undefined);
    server.closeAllConnections();
    return stopped;
  };
  return { url: `http://127.0.0.1:${address.port}`, connections: () => connections, close };
};
