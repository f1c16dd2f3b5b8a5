import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What goes wrong with a call of SQS. A fault stays until it is taken away. */
export type Fault = {
  operation: string;
  /** Called before anything else happens. */
  before?: () => Promise<void>;
  /** The whole call is refused with this error. */
  error?: { name: string; message: string; status: number };
  /** Members that the request gets instead of its own. */
  rewrite?: object;
  /** AWS's code for an entry of a batch that is not done, by its place in the batch. */
  entry?: (index: number) => string | undefined;
};

type Entry = { Id: string };
type Batch = { Entries?: Entry[] };

const read = async (request: IncomingMessage): Promise<Buffer> => Buffer.concat(await request.toArray());

/** Stands before an SQS and does its calls only in part, as SQS itself may. */
export const startRelay = async (port: number) => {
  const faults: Fault[] = [];
  const calls: string[] = [];

  const forward = async (request: IncomingMessage, body: unknown) => {
    const { host: _, 'content-length': __, connection: ___, ...headers } = request.headers;
    const answer = await fetch(`http://127.0.0.1:${port}/`, {
      method: 'POST',
      headers: headers as Record<string, string>,
      body: JSON.stringify(body),
    });
    return { status: answer.status, headers: answer.headers, json: (await answer.json()) as object };
  };

  const partly = async (request: IncomingMessage, body: Batch, entry: NonNullable<Fault['entry']>) => {
    const { Entries = [] } = body;
    const codes = new Map(Entries.map(({ Id }, index) => [Id, entry(index)]));
    const done = Entries.filter(({ Id }) => codes.get(Id) === undefined);
    const Failed = Entries.filter(({ Id }) => codes.get(Id) !== undefined).map(({ Id }) => {
      return { Id, Code: codes.get(Id), SenderFault: false };
    });
    if (done.length === 0) return { status: 200, json: { Successful: [], Failed } };
    const answer = await forward(request, { ...body, Entries: done });
    return { ...answer, json: { ...answer.json, Failed } };
  };

  const answer = async (request: IncomingMessage) => {
    const operation = String(request.headers['x-amz-target']).replace(/^.*\./, '');
    const body = JSON.parse((await read(request)).toString('utf8')) as Batch;
    calls.push(operation);
    const fault = faults.find((one) => one.operation === operation);
    await fault?.before?.();
    if (fault?.error !== undefined) {
      const { name, message, status } = fault.error;
      return { status, json: { __type: `com.amazonaws.sqs#${name}`, message } };
    }
    const asked = { ...body, ...fault?.rewrite };
    return fault?.entry === undefined ? forward(request, asked) : partly(request, asked, fault.entry);
  };

  const server = createServer(async (request, response) => {
    const { status, json } = await answer(request);
    response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0' }).end(JSON.stringify(json));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    faults,
    calls,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
};
