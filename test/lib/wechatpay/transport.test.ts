import { getEventListeners, once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { type AddressInfo, createServer as createTcpServer, type Server, Socket } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { afterEach, describe, expect, it, jest } from '@jest/globals';
import {
  createTransport,
  type HttpRequest,
  type SendOptions,
  TransportError,
  type TransportFailure,
} from '../../../lib/wechatpay/transport.ts';
import { runModule } from '../../support/protocol.ts';

const TRANSPORT = new URL('../../../lib/wechatpay/transport.ts', import.meta.url).href;
const LONG = 30_000;
const MIB = 1_048_576;
const get: HttpRequest = { method: 'GET', path: '/', headers: {}, body: Buffer.alloc(0) };

const cleanups: (() => void)[] = [];
afterEach(() => {
  for (const cleanup of cleanups.splice(0)) cleanup();
});

const listen = async (server: Server) => {
  const sockets: Socket[] = [];
  server.on('connection', (socket) => void sockets.push(socket));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleanups.push(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  return { origin: `127.0.0.1:${(server.address() as AddressInfo).port}`, sockets };
};

/** A server that handles its nth request with the nth listener, the last one serving all that follow. */
const serve = async (...listeners: [RequestListener, ...RequestListener[]]) => {
  let count = 0;
  const server = createServer((request, response) => {
    const listener = listeners[Math.min(count, listeners.length - 1)];
    count += 1;
    listener?.(request, response);
  });
  server.keepAliveTimeout = 0;
  const { origin, sockets } = await listen(server);
  const send = createTransport([`http://${origin}`]);
  return {
    url: `http://${origin}`,
    sockets,
    requests: () => count,
    send: (request: Partial<HttpRequest> = {}, options: Partial<SendOptions> = {}) =>
      send({ ...get, ...request }, { host: 0, timeoutMs: LONG, ...options }),
  };
};

const ok: RequestListener = (_, response) => void response.end('ok');
const hang: RequestListener = () => {};
const cut: RequestListener = (request) => void request.socket.destroy();

/** Answers two calls when both are there, so that each has a connection of its own. */
const answerBothTogether = (): RequestListener => {
  const held: (() => void)[] = [];
  return (_, response) => {
    held.push(() => response.end('ok'));
    if (held.length === 2) for (const answer of held) answer();
  };
};

const failureOf = async (work: Promise<unknown>): Promise<TransportFailure> => {
  const outcome: unknown = await work.then(
    () => 'no error',
    (error: unknown) => error,
  );
  if (outcome instanceof TransportError) return outcome.failure;
  throw new Error('expected a TransportError', { cause: outcome });
};

const closed = async (socket: Socket | undefined): Promise<void> => {
  if (socket === undefined) throw new Error('there was no connection');
  if (!socket.closed) await once(socket, 'close');
};

describe('an exchange', () => {
  it('sends what it was given, byte for byte', async () => {
    const seen: unknown[] = [];
    const { send } = await serve(async (request, response) => {
      const { method, url, headers } = request;
      seen.push({ method, url, headers, body: (await buffer(request)).toString('hex') });
      response.end();
    });
    const body = Buffer.from([0x7b, 0xff, 0x0a, 0x00]);
    const path = '/v3/a%2Fb?c=%20d&e=';
    await send({ method: 'POST', path, headers: { 'Wechatpay-Serial': 'AB' }, body });
    await send();
    expect(seen).toMatchObject([
      {
        method: 'POST',
        url: path,
        headers: { 'wechatpay-serial': 'AB', 'content-length': '4' },
        body: '7bff0a00',
      },
      { method: 'GET', url: '/', body: '' },
    ]);
    expect(seen[1]).not.toHaveProperty('headers.content-length');
    expect(seen[1]).not.toHaveProperty('headers.transfer-encoding');
  });

  it('hands over status, headers and raw bytes, and follows no redirect', async () => {
    const bytes = Buffer.from([0xff, 0x00, 0x20, 0x0d, 0x0a]);
    const { send, requests } = await serve((_, response) => {
      response.writeHead(302, { Location: '/other', 'Request-ID': 'R' }).end(bytes);
    });
    const response = await send();
    expect(response).toMatchObject({ status: 302, headers: { location: '/other', 'request-id': 'R' } });
    expect(response.body.equals(bytes)).toBe(true);
    expect(requests()).toBe(1);
  });

  it('leaves no listener behind on a connection used many times over (they once piled up, one per pre-sign)', async () => {
    const { send, sockets } = await serve(ok);
    const once = jest.spyOn(Socket.prototype, 'once');
    cleanups.push(() => once.mockRestore());
    const waits = () => once.mock.calls.filter(([event]) => String(event) === 'connect').length;
    await send();
    const first = waits();
    for (let call = 0; call < 5; call += 1) await send();
    expect([first > 0, waits() - first, sockets.length]).toEqual([true, 0, 1]);
  });

  it('keeps the connection: one for many calls in a row', async () => {
    const { send, sockets } = await serve(ok);
    for (let i = 0; i < 5; i += 1) expect((await send()).body.toString()).toBe('ok');
    expect(sockets).toHaveLength(1);
  });

  it('goes to the host it is told, and round again', async () => {
    const servers = await Promise.all(
      ['first', 'second'].map((name) => serve((_, response) => void response.end(name))),
    );
    const send = createTransport(servers.map(({ url }) => url));
    const answers: string[] = [];
    for (const host of [0, 1, 2, 3]) {
      answers.push((await send(get, { host, timeoutMs: LONG })).body.toString());
    }
    expect(answers).toEqual(['first', 'second', 'first', 'second']);
  });

  it('goes through the proxy of the environment it is given, and of no other', async () => {
    const proxy = await serve((request, response) => void response.end(`for ${request.url}`));
    const there = await serve(ok);
    const bodyOf = async (send: ReturnType<typeof createTransport>) =>
      (await send(get, { host: 0, timeoutMs: LONG })).body.toString();
    expect(await bodyOf(createTransport([there.url], { HTTP_PROXY: proxy.url }))).toBe(`for ${there.url}/`);
    expect(await bodyOf(createTransport([there.url]))).toBe('ok');
  });

  it('needs a host', async () => {
    await expect(createTransport([])(get, { host: 0, timeoutMs: LONG })).rejects.toThrow('needs a host');
  });

  it('takes an answer of exactly 1 MiB', async () => {
    const { send } = await serve((_, response) => void response.end(Buffer.alloc(MIB)));
    expect((await send()).body).toHaveLength(MIB);
  });
});

describe('a failure is told apart', () => {
  it('unreachable: nobody listens', async () => {
    // Port 1 needs privileges and is used by nobody; a port just freed could be somebody else's by now.
    const send = createTransport(['http://127.0.0.1:1']);
    const failure: unknown = await send(get, { host: 0, timeoutMs: LONG }).catch((error: unknown) => error);
    expect(failure).toMatchObject({ name: 'TransportError', failure: 'unreachable' });
    expect((failure as Error).cause).toHaveProperty('code', 'ECONNREFUSED');
  });

  it('unreachable: no connection within two seconds, however long an answer may take', async () => {
    const silent = await listen(createTcpServer((socket) => void socket.resume()));
    const { send: slow } = await serve((_, response) => void setImmediate(() => response.end('ok')));
    jest.useFakeTimers({ advanceTimers: false, doNotFake: ['setImmediate', 'nextTick', 'queueMicrotask'] });
    cleanups.push(() => jest.useRealTimers());
    const never = createTransport([`https://${silent.origin}`])(get, { host: 0, timeoutMs: LONG });
    jest.advanceTimersByTime(1_999);
    expect(await Promise.race([failureOf(never), slow().then(({ status }) => status)])).toBe(200);
    jest.advanceTimersByTime(1);
    expect(await failureOf(never)).toBe('unreachable');
  });

  it('timeout, not unreachable: a connection that is there may be waited at for longer', async () => {
    const { send, sockets } = await serve(ok, hang);
    await send();
    jest.useFakeTimers({ doNotFake: ['setImmediate', 'nextTick', 'queueMicrotask'] });
    cleanups.push(() => jest.useRealTimers());
    const [socket] = sockets;
    if (socket === undefined) throw new Error('there was no connection');
    const asked = once(socket, 'data');
    const failure = failureOf(send());
    await asked;
    jest.advanceTimersByTime(2_000);
    jest.advanceTimersByTime(LONG);
    expect(await failure).toBe('timeout');
  });

  it('unreachable: the proxy does not answer', async () => {
    const send = createTransport(['https://api.example'], { HTTPS_PROXY: 'http://127.0.0.1:1' });
    expect(await failureOf(send(get, { host: 0, timeoutMs: LONG }))).toBe('unreachable');
  });

  it('unreachable: the handshake of TLS does not come to an end', async () => {
    const server = createTcpServer((socket) => void socket.resume());
    const { origin, sockets } = await listen(server);
    const send = createTransport([`https://${origin}`]);
    expect(await failureOf(send(get, { host: 0, timeoutMs: 300 }))).toBe('unreachable');
    // The kernel took the connection; on a busy machine our side may hear of it only after the time-out.
    if (sockets.length === 0) await once(server, 'connection');
    await closed(sockets[0]);
  });

  it('stale: a kept-alive connection turns out dead, and is not used again', async () => {
    const { send, sockets } = await serve(ok, cut, ok);
    await send();
    expect(await failureOf(send())).toBe('stale');
    expect((await send()).status).toBe(200);
    expect(sockets).toHaveLength(2);
  });

  it('stale: the other idle connections are given up with it', async () => {
    const together = answerBothTogether();
    const { send, sockets } = await serve(together, together, cut, ok);
    await Promise.all([send(), send()]);
    expect(sockets).toHaveLength(2);
    expect(await failureOf(send())).toBe('stale');
    await send();
    expect(sockets).toHaveLength(3);
  });

  it('timeout: the other idle connections stay in use', async () => {
    const together = answerBothTogether();
    const { send, sockets } = await serve(together, together, hang, ok);
    await Promise.all([send(), send()]);
    expect(await failureOf(send({}, { timeoutMs: 100 }))).toBe('timeout');
    await send();
    expect(sockets).toHaveLength(2);
  });

  it('reset: a new connection is cut before the answer', async () => {
    const { send } = await serve(cut);
    expect(await failureOf(send())).toBe('reset');
  });

  it('reset: by a TCP reset too', async () => {
    const { send } = await serve((request) => void request.socket.resetAndDestroy());
    expect(await failureOf(send())).toBe('reset');
  });

  it.each<[string, RequestListener]>([
    [
      'by length',
      (request, response) => {
        response.writeHead(200, { 'Content-Length': 100 });
        response.write('{"half', () => request.socket.destroy());
      },
    ],
    [
      'by a chunk that is none',
      (request, response) => void response.write('{"half', () => request.socket.write('not a size\r\n')),
    ],
    ['by chunks', (request, response) => void response.write('{"half', () => request.socket.destroy())],
  ])(
    'reset: the body ends before its end, told %s, on a new connection and on a kept one',
    async (_, half) => {
      const { send } = await serve(half, ok, half);
      expect(await failureOf(send())).toBe('reset');
      await send();
      expect(await failureOf(send())).toBe('reset');
    },
  );

  it('reset: what comes back is not HTTP', async () => {
    const { origin } = await listen(createTcpServer((socket) => void socket.end('SSH-2.0-x\r\n\r\n')));
    const send = createTransport([`http://${origin}`]);
    expect(await failureOf(send(get, { host: 0, timeoutMs: LONG }))).toBe('reset');
  });

  it.each<[string, RequestListener]>([
    ['no answer', hang],
    ['a body that does not go on', (_, response) => void response.writeHead(200).write('{')],
  ])('timeout: %s', async (_, listener) => {
    // The first call connects, so that the second one's time is spent on the answer alone.
    const { send, sockets } = await serve(ok, listener);
    await send();
    expect(await failureOf(send({}, { timeoutMs: 100 }))).toBe('timeout');
    await closed(sockets[0]);
  });

  it('oversized: more than anything WeChat Pay documents, and the rest is not waited for', async () => {
    const { send, sockets } = await serve(
      (_, response) => void response.writeHead(200).write(Buffer.alloc(MIB + 1)),
    );
    expect(await failureOf(send())).toBe('oversized');
    await closed(sockets[0]);
  });

  it('aborted: before anything was sent', async () => {
    const { send, requests } = await serve(ok);
    expect(await failureOf(send({}, { signal: AbortSignal.abort() }))).toBe('aborted');
    await send();
    expect(requests()).toBe(1);
  });

  it('aborted: while waiting for the answer, and in the middle of it', async () => {
    for (const start of [() => {}, (response: Parameters<RequestListener>[1]) => void response.write('{')]) {
      const controller = new AbortController();
      const { send, sockets } = await serve((_, response) => {
        start(response);
        controller.abort();
      });
      expect(await failureOf(send({}, { signal: controller.signal }))).toBe('aborted');
      await closed(sockets[0]);
    }
  });
});

describe('what an exchange leaves behind', () => {
  it('no listener on the signal, which may live as long as an invocation', async () => {
    const { signal } = new AbortController();
    const { send } = await serve(ok, cut, hang);
    await send({}, { signal });
    await failureOf(send({}, { signal }));
    await failureOf(send({}, { signal, timeoutMs: 100 }));
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });

  it('no rejection that nobody handles, and nothing that keeps the process alive', async () => {
    const servers = await Promise.all([
      serve(cut),
      serve(hang),
      serve((_, response) => void response.write(Buffer.alloc(MIB + 1))),
      serve((request, response) => void response.write('x', () => request.socket.destroy())),
    ]);
    const urls = JSON.stringify(['http://127.0.0.1:1', ...servers.map(({ url }) => url)]);
    const { code, stdout, stderr } = await runModule(`
      import { createTransport } from '${TRANSPORT}';
      const request = { method: 'POST', path: '/', headers: {}, body: Buffer.from('{}') };
      const controller = new AbortController();
      const failures = await Promise.all(${urls}.flatMap((url) => {
        const send = createTransport([url]);
        const timed = send(request, { host: 0, timeoutMs: 500 });
        const aborted = send(request, { host: 0, timeoutMs: 500, signal: controller.signal });
        controller.abort();
        return [timed, aborted].map((one) => one.catch((error) => error.failure));
      }));
      console.log(failures.length);
    `);
    expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: '10\n', stderr: '' });
  });
});
