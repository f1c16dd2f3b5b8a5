import { createServer, type IncomingMessage, request, type ServerResponse, STATUS_CODES } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer, json } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { endpointNameOf, prefixOf } from '../../lib/names.ts';
import type { Authorizer } from './iam.ts';
import { type Offline, startOffline } from './offline.ts';

export type Gateway = Pick<Offline, 'output' | 'onOutput'> & {
  url: string;
  /** Invokes a Lambda by its name in serverless.yml, as Lambda's event source mapping would; rejects when it throws. */
  invoke: (name: string, event: unknown) => Promise<unknown>;
  close: () => Promise<void>;
};

type Sent = { method: string; path: string; headers?: readonly string[] };

/** `node:http`, for fetch refuses some ports. */
const open = (port: number, sent: Sent) => request({ ...sent, host: '127.0.0.1', port, agent: false });

const answerOf = (call: ReturnType<typeof open>): Promise<IncomingMessage> =>
  new Promise((resolve, reject) => void call.once('response', resolve).on('error', reject));

/** What API Gateway says itself, when no Lambda has answered. */
const answerOurselves = (response: ServerResponse, status: number): void => {
  const body = JSON.stringify({ message: STATUS_CODES[status] });
  response.writeHead(status, { 'Content-Type': 'application/json' }).end(body);
};

/** Every answer of the Lambdas has one. serverless-offline's own lack it: a 200 with the stack trace of one that threw. */
const isTheLambdas = ({ headers }: IncomingMessage): boolean => headers['request-id'] !== undefined;

type Body = IncomingMessage | readonly Buffer[];

/** @returns the request's body, or undefined when the request may not pass. */
const admit = async (
  asked: IncomingMessage,
  authorizer: Authorizer | undefined,
): Promise<Body | undefined> => {
  const { method = '', url: path = '', headers } = asked;
  if (!authorizer?.needsSignature({ method, path })) return asked;
  const body = await buffer(asked);
  return (await authorizer.allows({ method, path, headers, body })) ? [body] : undefined;
};

const forward = async (
  port: number,
  asked: IncomingMessage,
  body: Body,
  response: ServerResponse,
): Promise<void> => {
  const { method = '', url: path = '', rawHeaders: headers } = asked;
  const call = open(port, { method, path, headers });
  response.once('close', () => call.destroy());
  // Whatever breaks on this way is seen on the way back.
  pipeline(body, call).catch(() => undefined);
  const answer = await answerOf(call);
  const { statusCode: status = 500 } = answer;
  if (!isTheLambdas(answer)) {
    answer.resume();
    return answerOurselves(response, status < 400 ? 500 : status);
  }
  response.writeHead(status, answer.rawHeaders);
  await pipeline(answer, response);
};

/**
 * What callers reach: passes on to `upstream`, and lets through only what a Lambda answered.
 * @param authorizer without one everybody may call. Whom it refuses is answered 403 and `Forbidden`, which HTTP APIs are
 *   seen to say whatever is wrong with a signature. (Assumed: AWS documents the words of REST APIs alone.)
 * @returns its URL.
 */
export const startFront = async (port: number, upstream: number, authorizer?: Authorizer) => {
  const serve = async (asked: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await admit(asked, authorizer);
    if (body === undefined) return answerOurselves(response, 403);
    await forward(upstream, asked, body, response);
  };
  const server = createServer((asked, response) => {
    serve(asked, response).catch(() => {
      if (response.headersSent) response.destroy();
      else answerOurselves(response, 503);
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
 * @param authorizer see startFront.
 */
export const startGateway = async (
  env: Readonly<Record<string, string>>,
  port: number,
  authorizer?: Authorizer,
): Promise<Gateway> => {
  const { httpPort, lambdaPort, output, onOutput, close } = await startOffline(env);
  try {
    const front = await startFront(port, httpPort, authorizer);
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
