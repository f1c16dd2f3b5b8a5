import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text as readText } from 'node:stream/consumers';
import { jest } from '@jest/globals';
import type { Context } from 'aws-lambda';
import { createHandler } from '../../lib/compose/endpoint.ts';
import { endpointsIn } from '../../lib/documents/endpoints.ts';
import type { Mode } from '../../sandbox/types.ts';
import { createCallApi, createSendToApi } from '../../tools/start/call.ts';
import { reachOf } from '../../tools/start/reach.ts';
import { createRecorder, type Recorder } from '../../tools/start/recorder.ts';
import { serveQueues, watchStandIns } from '../../tools/start/watch.ts';
import { startFront } from '../aws/gateway.ts';
import { startStack } from '../aws/stack.ts';
import { contextFor, payload2 } from './events.ts';

type Handler = (event: unknown, context: Context) => Promise<unknown>;
type Answer = { statusCode: number; headers: Record<string, string>; body: string };

const context = (): Context => ({ ...contextFor(), awsRequestId: randomUUID() });

/** What serverless-offline does with a request, the Lambdas being in this process. */
const listen = async (handlers: ReadonlyMap<string, Handler>) => {
  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { url: path = '', headers } = request;
    const flat = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
    const event = payload2({ path, headers: flat, body: await readText(request) });
    const handler = handlers.get(path);
    if (!handler) return void response.writeHead(404).end();
    const { statusCode, headers: answered, body } = (await handler(event, context())) as Answer;
    response.writeHead(statusCode, answered).end(body);
  };
  const server = createServer((request, response) => {
    serve(request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { server, port: (server.address() as AddressInfo).port };
};

/** Lets the recorder see what Lambdas log, as it sees what serverless-offline prints. */
const watchOutput = ({ onOutput }: Recorder): (() => void) => {
  const spies = [process.stdout, process.stderr].map((stream) => {
    const write = stream.write.bind(stream);
    return jest.spyOn(stream, 'write').mockImplementation((chunk, ...rest) => {
      if (String(chunk).startsWith('{')) onOutput(String(chunk));
      return write(chunk, ...(rest as []));
    });
  });
  return () => {
    for (const spy of spies) spy.mockRestore();
  };
};

/**
 * The product beside WeChat Pay, as `npm start` has it, with a merchant that is set up; but for serverless-offline, which
 * takes long to start: the pre-signs' Lambdas are in this process.
 */
export const startProduct = async (mchid: string, mode: Mode, consoleFolder?: string) => {
  const endpoints = await endpointsIn();
  const recorder = createRecorder(endpoints, 1_000);
  const stopWatching = watchOutput(recorder);
  const stack = await startStack({ consoleFolder, product: recorder.product });
  const events = await stack.startEvents({ endpoints });
  watchStandIns(recorder, stack, events);
  await stack.addMerchant({ mchid, mode });
  Object.assign(process.env, stack.env(mchid), events.env);
  const handlers = new Map<string, Handler>();
  const startCold = (): void => {
    for (const one of endpoints) handlers.set(one.path, createHandler(one) as unknown as Handler);
  };
  startCold();
  const { server, port } = await listen(handlers);
  const front = await startFront(0, port, { watch: recorder.onPassed });
  const invoke = async (name: string, event: unknown): Promise<unknown> =>
    handlers.get(endpoints.find((one) => one.name === name)?.path ?? '')?.(event, context());
  const pollers = serveQueues(recorder, events, { invoke }, endpoints);
  const send = createSendToApi(front.url);
  recorder.connect(reachOf({ url: front.url, send }, events, endpoints, []));
  return {
    url: front.url,
    callApi: createCallApi(send),
    stack,
    events,
    /** From now on new environments serve, which know nothing yet. */
    startCold,
    close: async (): Promise<void> => {
      await Promise.all(pollers.map((poller) => poller.close()));
      await front.close();
      server.close();
      await events.close();
      await stack.close();
      stopWatching();
    },
  };
};
