import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { CreateTableCommand, DynamoDBClient, waitUntilTableExists } from '@aws-sdk/client-dynamodb';
import dynalite from 'dynalite';
import { createFaultQueue } from '../../sandbox/fault-queue.ts';
import { keepLast } from '../../sandbox/keep-last.ts';

/**
 * `unavailable`: 500 InternalServerError. `denied`: 400 AccessDeniedException. `hang`: nothing is done, and nothing
 * answered. `lost-answer`: it is done, and the connection breaks. `late-answer`: it is done, and answered when the Lambdas
 * have given up waiting. `late`: it is done only then.
 */
export type DynamoFault =
  | 'unavailable'
  | 'throttled'
  | 'denied'
  | 'hang'
  | 'lost-answer'
  | 'late-answer'
  | 'late';
/** `body`: JSON. */
export type DynamoCall = { operation: string; body: string };

const FAULTS: Record<'unavailable' | 'throttled' | 'denied', { status: number; type: string }> = {
  unavailable: { status: 500, type: 'com.amazonaws.dynamodb.v20120810#InternalServerError' },
  throttled: { status: 400, type: 'com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException' },
  denied: { status: 400, type: 'com.amazon.coral.service#AccessDeniedException' },
};

/** More than the Lambdas' clients wait. */
const LATE_MS = 2_500;
const later = (work: () => void): void => void setTimeout(work, LATE_MS).unref();

export type DynamoSandbox = Awaited<ReturnType<typeof startDynamo>>;

/**
 * DynamoDB on loopback: dynalite, behind a listener that counts calls and misbehaves on demand.
 * @param options `keep`: how many calls are remembered; default all.
 */
export const startDynamo = async (options: { region?: string; port?: number; keep?: number } = {}) => {
  const { keep = Number.POSITIVE_INFINITY } = options;
  const server = dynalite({ createTableMs: 0 });
  const [serve] = server.listeners('request') as ((req: IncomingMessage, res: ServerResponse) => void)[];
  if (serve === undefined) throw new Error('dynalite has no request listener');
  const calls: string[] = [];
  const faults = createFaultQueue<DynamoFault, DynamoCall>();
  const watchers: ((operation: string, body: string) => void)[] = [];
  let rewrite = ({ body }: DynamoCall): string => body;

  /** The same request once more, for dynalite, which wants to read it itself. */
  const replayed = ({ headers, method, url }: IncomingMessage, body: Buffer): IncomingMessage =>
    Object.assign(Readable.from([body]), { headers, method, url }) as unknown as IncomingMessage;

  /** Lets dynalite do it, tells the watchers, and leaves it to `answer` when the answer is sent, if ever. */
  const carryOut = (
    request: IncomingMessage,
    response: ServerResponse,
    call: DynamoCall,
    answer: (send: () => void) => void,
  ): void => {
    const end = response.end.bind(response) as (...last: unknown[]) => ServerResponse;
    response.end = ((...last: unknown[]) => {
      if (response.statusCode === 200) for (const watcher of watchers) watcher(call.operation, call.body);
      answer(() => void end(...last));
      return response;
    }) as typeof response.end;
    serve(replayed(request, Buffer.from(rewrite(call))), response);
  };

  server.removeAllListeners('request');
  server.on('request', async (request: IncomingMessage, response: ServerResponse) => {
    const operation = String(request.headers['x-amz-target']).split('.').at(-1) ?? '';
    keepLast(calls, operation, keep);
    const call = { operation, body: (await buffer(request)).toString() };
    const fault = faults.take(call);
    if (fault === 'hang') return;
    if (fault === undefined) return carryOut(request, response, call, (send) => send());
    if (fault === 'lost-answer') return carryOut(request, response, call, () => request.socket.destroy());
    if (fault === 'late-answer') return carryOut(request, response, call, later);
    if (fault === 'late') return later(() => carryOut(request, response, call, (send) => send()));
    const { status, type } = FAULTS[fault];
    const answer = JSON.stringify({ __type: type, message: 'Simulated.' });
    response.writeHead(status, { 'Content-Type': 'application/x-amz-json-1.0' }).end(answer);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(options.port ?? 0, '127.0.0.1', resolve);
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const client = new DynamoDBClient({
    endpoint: url,
    region: options.region ?? 'cn-north-1',
    credentials: { accessKeyId: 'sandbox', secretAccessKey: 'sandbox-secret' },
  });

  return {
    url,
    /** For preparing and looking; counted in `calls` like anybody's. */
    client,
    /** Operations asked for so far, in order. */
    calls: calls as readonly string[],
    clearCalls: () => void calls.splice(0),
    /** Meets the next `times` calls that `match`. */
    fault: faults.add,
    /** From now on, hears of every call that is carried out: its operation and its JSON body. */
    watch: (watcher: (operation: string, body: string) => void) => void watchers.push(watcher),
    /** From now on, this is carried out in place of what was sent. */
    rewrite: (change: (call: DynamoCall) => string): void => {
      rewrite = change;
    },
    clearFaults: faults.clear,
    createTable: async (name: string, key: string) => {
      await client.send(
        new CreateTableCommand({
          TableName: name,
          BillingMode: 'PAY_PER_REQUEST',
          AttributeDefinitions: [{ AttributeName: key, AttributeType: 'S' }],
          KeySchema: [{ AttributeName: key, KeyType: 'HASH' }],
        }),
      );
      // As at AWS: until it is active, every call that reads or writes fails.
      const patience = { client, maxWaitTime: 30, minDelay: 0.005, maxDelay: 0.05 };
      await waitUntilTableExists(patience, { TableName: name });
    },
    close: async () => {
      client.destroy();
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
};
