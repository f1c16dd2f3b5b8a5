import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { createFaultQueue } from '../../sandbox/fault-queue.ts';

/**
 * `denied`: 403 AccessDeniedException. `throttled`: 429 TooManyRequestsException. `hang`: the function runs, and nobody is
 * told. `crash`: it does not run, and that is said as Lambda says it of a function that threw.
 */
export type LambdaFault = 'denied' | 'throttled' | 'hang' | 'crash';
export type LambdaCall = { functionName: string; event: unknown };

export type LambdaSandbox = Awaited<ReturnType<typeof startLambda>>;

const INVOKE = /^\/2015-03-31\/functions\/([^/?]+)\/invocations$/;
const REFUSALS = {
  denied: { status: 403, type: 'AccessDeniedException' },
  throttled: { status: 429, type: 'TooManyRequestsException' },
};

const reply = (response: ServerResponse, status: number, body: unknown, headers = {}): void =>
  void response
    .writeHead(status, { 'Content-Type': 'application/json', ...headers })
    .end(JSON.stringify(body));

/**
 * AWS Lambda's Invoke on loopback, for functions that wait for an answer: RequestResponse is all that is asked for here.
 * @see https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html
 */
export const startLambda = async (
  functions: Readonly<Record<string, (event: never) => Promise<unknown>>>,
  port = 0,
) => {
  const calls: LambdaCall[] = [];
  const faults = createFaultQueue<LambdaFault, LambdaCall>();

  const invoke = async (call: LambdaCall, fault: LambdaFault | undefined, response: ServerResponse) => {
    const thrown = { 'X-Amz-Function-Error': 'Unhandled' };
    const run = functions[call.functionName];
    if (run === undefined)
      return reply(response, 404, {}, { 'x-amzn-ErrorType': 'ResourceNotFoundException' });
    if (fault === 'crash') return reply(response, 200, { errorMessage: 'Simulated.' }, thrown);
    const outcome = await run(call.event as never).then(
      (value) => ({ value, headers: {} }),
      () => ({ value: { errorMessage: 'It threw.' }, headers: thrown }),
    );
    if (fault !== 'hang') reply(response, 200, outcome.value, outcome.headers);
  };

  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const [, functionName] = INVOKE.exec(request.url ?? '') ?? [];
    const event = await json(request);
    if (functionName === undefined || request.method !== 'POST') return reply(response, 404, {});
    const call = { functionName, event };
    calls.push(call);
    const fault = faults.take(call);
    if (fault !== 'denied' && fault !== 'throttled') return invoke(call, fault, response);
    const { status, type } = REFUSALS[fault];
    reply(response, status, { Message: 'Simulated.' }, { 'x-amzn-ErrorType': type });
  };

  const server = createServer((request, response) => {
    // Only a client that went away, or a close, can fail here.
    serve(request, response).catch(() => request.socket.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(port, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls: calls as readonly LambdaCall[],
    clearCalls: () => void calls.splice(0),
    /** Meets the next `times` calls that `match`. */
    fault: faults.add,
    clearFaults: faults.clear,
    close: async (): Promise<void> => {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
};
