import http from 'node:http';
import https from 'node:https';
import { urlToHttpOptions } from 'node:url';

export type HttpRequest = {
  method: string;
  path: string;
  headers: Record<string, string>;
  body: Buffer;
};

export type HttpResponse = { status: number; headers: http.IncomingHttpHeaders; body: Buffer };

/**
 * `unreachable`: no connection, so nothing was sent. `stale`: a kept-alive connection turned out dead before a
 * byte came back (a thawed Lambda wakes with these). `reset`, `timeout`: WeChat Pay may have acted.
 * `oversized`: it answered, with more than anything it documents. `aborted`: the invocation is ending.
 */
export type TransportFailure = 'unreachable' | 'stale' | 'reset' | 'timeout' | 'oversized' | 'aborted';

export class TransportError extends Error {
  override readonly name = 'TransportError';
  readonly failure: TransportFailure;

  constructor(failure: TransportFailure, cause?: unknown) {
    super(failure, { cause });
    this.failure = failure;
  }
}

/** `host` counts from 0, the primary; it wraps around. `timeoutMs` bounds the whole exchange. */
export type SendOptions = { host: number; timeoutMs: number; signal?: AbortSignal | undefined };
export type Send = (request: HttpRequest, options: SendOptions) => Promise<HttpResponse>;

/** A second is ample for TCP and TLS across China; waiting longer only delays the other host. */
const CONNECT_TIMEOUT_MS = 2_000;
/** WeChat Pay cuts idle connections; a socket kept longer than this is more often dead than useful. */
const IDLE_SOCKET_MS = 7_000;
const MAX_ANSWER_BYTES = 1_048_576;

const failureOf = (req: http.ClientRequest, connected: boolean, answered: boolean): TransportFailure => {
  if (!connected) return 'unreachable';
  return req.reusedSocket && !answered ? 'stale' : 'reset';
};

const readBody = (
  response: http.IncomingMessage,
  done: (body: Buffer) => void,
  fail: (f: TransportFailure) => void,
) => {
  const chunks: Buffer[] = [];
  let size = 0;
  response.on('data', (chunk: Buffer) => {
    size += chunk.length;
    if (size > MAX_ANSWER_BYTES) fail('oversized');
    else chunks.push(chunk);
  });
  // A body cut short ends in 'aborted' without 'end': half an answer is never mistaken for one.
  response.on('end', () => (response.complete ? done(Buffer.concat(chunks)) : fail('reset')));
  response.on('error', () => fail('reset'));
};

const dropIdle = ({ freeSockets }: http.Agent): void => {
  for (const socket of Object.values(freeSockets).flat()) socket?.destroy();
};

type Outcome = { done: (response: HttpResponse) => void; fail: (error: TransportError) => void };

/** Follows a request to its one end: an answer in full, or the first thing that went wrong. */
const follow = (
  req: http.ClientRequest,
  connectEvent: 'connect' | 'secureConnect',
  { timeoutMs, signal }: SendOptions,
  outcome: Outcome,
): void => {
  let connected = false;
  let answered = false;
  const settle = (): void => {
    clearTimeout(timer);
    clearTimeout(connectTimer);
    signal?.removeEventListener('abort', onAbort);
  };
  const fail = (failure: TransportFailure, cause?: unknown): void => {
    settle();
    req.destroy();
    outcome.fail(new TransportError(failure, cause));
  };
  const onAbort = (): void => fail('aborted');
  const timer = setTimeout(() => fail(connected ? 'timeout' : 'unreachable'), timeoutMs);
  const connectTimer = setTimeout(() => connected || fail('unreachable'), CONNECT_TIMEOUT_MS);
  signal?.addEventListener('abort', onAbort);
  req.on('socket', (socket) => {
    // Through a proxy a connection is there, TLS and all, before a request gets it.
    connected = !socket.connecting;
    // A kept-alive connection never connects again: a listener would stay on it for each request.
    if (connected) return;
    socket.once(connectEvent, () => {
      connected = true;
    });
  });
  req.on('error', (cause) => fail(failureOf(req, connected, answered), cause));
  req.on('response', (response) => {
    answered = true;
    const done = (body: Buffer): void => {
      settle();
      outcome.done({ status: response.statusCode ?? 0, headers: response.headers, body });
    };
    readBody(response, done, fail);
  });
};

/**
 * HTTPS with kept-alive connections to `hosts` (origins, the primary first). One call, one exchange: no retries,
 * no redirects. Plain http works too, for a sandbox on the same machine; config.ts decides who may. A Lambda has no
 * proxy; `proxyEnv`, the environment to look for one in, is for an operator's machine.
 * Rejects with a TransportError.
 */
export const createTransport = (hosts: readonly string[], proxyEnv?: NodeJS.ProcessEnv): Send => {
  // Taken apart once: Node would do it for every request.
  const origins = hosts.map((host) => urlToHttpOptions(new URL(host)));
  const options = { keepAlive: true, timeout: IDLE_SOCKET_MS, ...(proxyEnv && { proxyEnv }) };
  const plain = { request: http.request, agent: new http.Agent(options), connectEvent: 'connect' } as const;
  const secure = {
    request: https.request,
    agent: new https.Agent(options),
    connectEvent: 'secureConnect',
  } as const;

  return ({ method, path, headers, body }, sendOptions) =>
    new Promise((resolve, reject) => {
      if (sendOptions.signal?.aborted) throw new TransportError('aborted');
      const origin = origins[sendOptions.host % origins.length];
      if (origin === undefined) throw new TypeError('a transport needs a host');
      const { request, agent, connectEvent } = origin.protocol === 'https:' ? secure : plain;
      const req = request({ ...origin, method, path, agent, headers });
      const fail = (error: TransportError): void => {
        // What killed one idle connection has killed the others: without this each would cost a retry of its own.
        if (error.failure === 'stale') dropIdle(agent);
        reject(error);
      };
      follow(req, connectEvent, sendOptions, { done: resolve, fail });
      req.end(body);
    });
};
