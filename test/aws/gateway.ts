import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type ServerResponse, STATUS_CODES } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { endpointNameOf, prefixOf } from '../../lib/names.ts';
import { moment } from '../../sandbox/moment.ts';
import type { Authorizer } from './iam.ts';
import { type Offline, startOffline } from './offline.ts';

export type Gateway = Pick<Offline, 'output' | 'onOutput'> & {
  url: string;
  /** Invokes a Lambda by its name in serverless.yml, as Lambda's event source mapping would; rejects when it throws. */
  invoke: (name: string, event: unknown) => Promise<unknown>;
  close: () => Promise<void>;
};

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html: no payload is larger than 10 MB. */
const MOST_BYTES = 10 * 1024 * 1024;
const NOTHING = Buffer.alloc(0);

type Headers = IncomingMessage['headers'];
export type Answered = { status: number; headers: Headers; body: Buffer };
/** A request, and its answer; without one nothing whole was answered. Moments as in sandbox/moment.ts. */
export type Passed = {
  cameAt: number;
  method: string;
  target: string;
  headers: Headers;
  body: Buffer;
  overAt: number;
  answered?: Answered | undefined;
};
/** Hears of a request once it is over, and before its caller does. */
export type Watch = (passed: Passed) => void;

type Tell = (answered?: Answered) => void;

type Sent = { method: string; path: string; headers?: readonly string[] };

/** `node:http`, for fetch refuses some ports. */
const open = (port: number, sent: Sent) => request({ ...sent, host: '127.0.0.1', port, agent: false });

const answerOf = (call: ReturnType<typeof open>): Promise<IncomingMessage> =>
  new Promise((resolve, reject) => void call.once('response', resolve).on('error', reject));

/** What API Gateway says itself, when no Lambda has answered. */
const answerOurselves = (response: ServerResponse, status: number, tell: Tell): void => {
  const body = JSON.stringify({ message: STATUS_CODES[status] });
  const headers = { 'content-type': 'application/json' };
  tell({ status, headers, body: Buffer.from(body) });
  response.writeHead(status, headers).end(body);
};

/** What passes by in the meantime, to be read once it has ended; nothing where that is too much. */
const collect = (stream: IncomingMessage): (() => Buffer | undefined) => {
  const chunks: Buffer[] = [];
  let bytes = 0;
  stream.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes <= MOST_BYTES) chunks.push(chunk);
    else chunks.splice(0);
  });
  return () => (bytes <= MOST_BYTES ? Buffer.concat(chunks) : undefined);
};

const watchOver = (
  asked: IncomingMessage,
  sent: () => Buffer | undefined,
  response: ServerResponse,
  watch: Watch,
): Tell => {
  const { method = '', url: target = '', headers } = asked;
  const cameAt = moment();
  let isOver = false;
  const tell: Tell = (answered) => {
    if (isOver) return;
    isOver = true;
    watch({ cameAt, method, target, headers, body: sent() ?? NOTHING, overAt: moment(), answered });
  };
  response.once('close', () => tell());
  return tell;
};

/** Every answer of the Lambdas has one. serverless-offline's own lack it: a 200 with the stack trace of one that threw. */
const isTheLambdas = ({ headers }: IncomingMessage): boolean => headers['request-id'] !== undefined;

type Call = { asked: IncomingMessage; body: Buffer; response: ServerResponse; tell: Tell };

const forward = async (port: number, { asked, body, response, tell }: Call): Promise<void> => {
  const { method = '', url: path = '', rawHeaders: headers } = asked;
  const call = open(port, { method, path, headers });
  response.once('close', () => call.destroy());
  call.end(body);
  const answer = await answerOf(call);
  const { statusCode: status = 500 } = answer;
  if (!isTheLambdas(answer)) {
    answer.resume();
    return answerOurselves(response, status < 400 ? 500 : status, tell);
  }
  const read = collect(answer);
  answer.once('end', () => tell({ status, headers: answer.headers, body: read() ?? NOTHING }));
  response.writeHead(status, answer.rawHeaders);
  await pipeline(answer, response);
};

export type FrontOptions = {
  watch?: Watch;
  /**
   * Without one everybody may call. Whom it refuses is answered 403 and `Forbidden`, which HTTP APIs are seen to say
   * whatever is wrong with a signature. (Assumed: AWS documents the words of REST APIs alone.)
   */
  authorizer?: Authorizer | undefined;
};

/** What callers reach: passes on to `upstream`, and lets through only what a Lambda answered. @returns its URL. */
export const startFront = async (
  port: number,
  upstream: number,
  { watch = () => {}, authorizer }: FrontOptions = {},
) => {
  const mayPass = async ({ method = '', url: path = '', headers }: IncomingMessage, body: Buffer) =>
    !authorizer?.needsSignature({ method, path }) || authorizer.allows({ method, path, headers, body });
  const server = createServer((asked, response) => {
    const sent = collect(asked);
    const tell = watchOver(asked, sent, response, watch);
    const serve = async (): Promise<void> => {
      await once(asked, 'end');
      const body = sent();
      if (!body) return answerOurselves(response, 413, tell);
      if (!(await mayPass(asked, body))) return answerOurselves(response, 403, tell);
      await forward(upstream, { asked, body, response, tell });
    };
    serve().catch(() => {
      if (response.headersSent) response.destroy();
      else answerOurselves(response, 503, tell);
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(port, '127.0.0.1', resolve);
  });
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close };
};

/** By way of serverless-offline's stand-in of Lambda's Invoke API. */
const invokeAt = (port: number) => async (name: string, event: unknown) => {
  const path = `/2015-03-31/functions/${endpointNameOf(prefixOf('sandbox'), name)}/invocations`;
  const call = open(port, { method: 'POST', path });
  call.end(JSON.stringify(event));
  const answer = await answerOf(call);
  const payload = await json(answer);
  if (answer.statusCode !== 200 || answer.headers['x-amz-function-error'] !== undefined)
    throw new Error(`${name} failed`);
  return payload;
};

/**
 * API Gateway on loopback, in front of serverless-offline, which routes to the Lambdas as serverless.yml says.
 * @param env what the Lambdas find in their environment.
 * @param port 0 takes any.
 */
export const startGateway = async (
  env: Readonly<Record<string, string>>,
  port: number,
  options?: FrontOptions,
): Promise<Gateway> => {
  const { httpPort, lambdaPort, output, onOutput, close } = await startOffline(env);
  try {
    const front = await startFront(port, httpPort, options);
    return {
      url: front.url,
      invoke: invokeAt(lambdaPort),
      output,
      onOutput,
      close: async () => {
        await front.close();
        close();
      },
    };
  } catch (error) {
    close();
    throw error;
  }
};
