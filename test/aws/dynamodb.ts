import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CreateTableCommand, DynamoDBClient, waitUntilTableExists } from '@aws-sdk/client-dynamodb';
import dynalite from 'dynalite';
import { createFaultQueue } from '../../sandbox/fault-queue.ts';

/** `unavailable`: 500 InternalServerError. `hang`: no answer. `denied`: 400 AccessDeniedException. */
export type DynamoFault = 'unavailable' | 'throttled' | 'hang' | 'denied';

const FAULTS: Record<Exclude<DynamoFault, 'hang'>, { status: number; type: string }> = {
  unavailable: { status: 500, type: 'com.amazonaws.dynamodb.v20120810#InternalServerError' },
  throttled: { status: 400, type: 'com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException' },
  denied: { status: 400, type: 'com.amazon.coral.service#AccessDeniedException' },
};

export type DynamoSandbox = Awaited<ReturnType<typeof startDynamo>>;

/** DynamoDB on loopback: dynalite, behind a listener that counts calls and misbehaves on demand. */
export const startDynamo = async (options: { region?: string; port?: number } = {}) => {
  const server = dynalite({ createTableMs: 0 });
  const [serve] = server.listeners('request') as ((req: IncomingMessage, res: ServerResponse) => void)[];
  if (serve === undefined) throw new Error('dynalite has no request listener');
  const calls: string[] = [];
  const faults = createFaultQueue<DynamoFault, string>();
  const watchers: ((operation: string, body: string) => void)[] = [];
  /** Tells the watchers what was asked, once it has been done. */
  const watch = (operation: string, request: IncomingMessage, response: ServerResponse): void => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    response.on('finish', () => {
      if (response.statusCode !== 200) return;
      for (const watcher of watchers) watcher(operation, Buffer.concat(chunks).toString());
    });
  };

  server.removeAllListeners('request');
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    const operation = String(request.headers['x-amz-target']).split('.').at(-1) ?? '';
    calls.push(operation);
    const fault = faults.take(operation);
    if (fault === undefined) {
      if (watchers.length > 0) watch(operation, request, response);
      return serve(request, response);
    }
    if (fault === 'hang') return undefined;
    const { status, type } = FAULTS[fault];
    const body = JSON.stringify({ __type: type, message: 'Simulated.' });
    response.writeHead(status, { 'Content-Type': 'application/x-amz-json-1.0' }).end(body);
    return undefined;
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
    /** Meets the next `times` calls whose operation `match`es. */
    fault: faults.add,
    /** From now on, hears of every call that succeeds: its operation and its JSON body. */
    watch: (watcher: (operation: string, body: string) => void) => void watchers.push(watcher),
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
