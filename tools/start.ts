import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { json as readJson } from 'node:stream/consumers';
import { parseArgs } from 'node:util';
import { endpointsIn, exampleOf } from '../lib/documents/endpoints.ts';
import type { Endpoint } from '../lib/endpoint.ts';
import { SOURCE } from '../lib/events/contract.ts';
import type { Events } from '../test/aws/events/events.ts';
import type { BusEvent } from '../test/aws/events/put-events.ts';
import type { Gateway } from '../test/aws/gateway.ts';
import { awsCommand, curl, curlToQueue, exportsFor } from './start/commands.ts';
import { type Local, startLocal } from './start/local.ts';
import { portsFrom } from './start/ports.ts';
import { endOnSignals } from './start/signals.ts';

const HELP = `Usage: npm start [-- --port PORT]
       npm run demo

Runs the Lambdas on this machine against stand-ins of WeChat Pay, AWS KMS, DynamoDB, EventBridge and SQS, and signs
up one user at each endpoint and one by an event. Nothing else is needed: no account, no key, no network. Then it is a
place to rehearse an operator's work: see docs/operator.md.

  --port PORT  the first of the ports on 127.0.0.1, the API's; six more follow (default 3000; 0 takes any that are free)
  --demo       print one JSON line per pre-sign and end; status 0 when all succeeded, 1 otherwise
  --help       this text
`;

type Presigned = { ok: boolean; line: string };

const say = (text: string): void => void process.stderr.write(`${text}\n`);

/** `node:http`, for fetch refuses some ports. */
const post = async (url: string, body: unknown): Promise<{ status: number; json: object }> => {
  const call = request(url, { method: 'POST', headers: { 'Content-Type': 'application/json' } });
  call.end(JSON.stringify(body));
  const [answer] = (await once(call, 'response')) as [IncomingMessage];
  return { status: answer.statusCode ?? 0, json: (await readJson(answer)) as object };
};

const presign = async (gateway: Gateway, endpoint: Endpoint): Promise<Presigned> => {
  const { status, json } = await post(gateway.url + endpoint.path, exampleOf(endpoint.request));
  const line = JSON.stringify({ lambda: endpoint.name, via: 'api', status, ...json });
  return { ok: status === 200, line };
};

/** Outcomes of pre-signs asked for by events, as somebody with a rule on the bus sees them. */
const onOutcome = ({ eventBridge }: Events, listener: (event: BusEvent) => void): void =>
  eventBridge.onEvent((event) => {
    if (event.source === SOURCE) listener(event);
  });

/** Long enough for a Lambda that has to be loaded first, on a busy machine. */
const OUTCOME_TIMEOUT_MS = 60_000;

/** Asks by an event on the bus, and waits for the outcome there. */
const presignByEvent = async (events: Events, endpoint: Endpoint): Promise<Presigned> => {
  const request_id = `demo-${randomUUID()}`;
  const outcome = new Promise<BusEvent>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('no outcome came')), OUTCOME_TIMEOUT_MS);
    onOutcome(events, (event) => {
      if (event.detail['request_id'] !== request_id) return;
      clearTimeout(timer);
      resolve(event);
    });
  });
  await events.ask(endpoint.name, { request_id, body: exampleOf(endpoint.request) });
  const { 'detail-type': event, detail } = await outcome;
  const { response, error, ...asked } = detail as { response?: object; error?: { status: number } };
  const answer = { lambda: endpoint.name, via: 'event', event, ...asked, status: 200, ...response, ...error };
  return { ok: error === undefined, line: JSON.stringify(answer) };
};

const guide = (local: Local, endpoints: readonly Endpoint[]): void => {
  const { gateway, events, toolEnv } = local;
  say(`\nThe API listens on ${gateway.url}. Try a pre-sign:\n`);
  for (const endpoint of endpoints) say(`${curl(gateway.url, endpoint)}\n`);
  const last = endpoints.at(-1);
  if (last !== undefined) {
    say('The same by a message on the queue, or (with the AWS CLI) by an event on the bus:\n');
    say(`${curlToQueue(events, last)}\n`);
    say(`${awsCommand(events, last)}\n`);
  }
  say('Leave a field out, or misspell one, to see an error.\n');
  say("To rehearse an operator's work as docs/operator.md tells, paste this into another shell:\n");
  say(`${exportsFor(toolEnv).join('\n')}\n`);
  say('What the Lambdas log, and the outcomes of events, appear below. Ctrl-C ends everything.\n');
};

/** For as long as nobody ends it: shows what the Lambdas log and what they publish. */
const stayUp = ({ gateway, events }: Local): void => {
  gateway.onOutput((text) => process.stderr.write(text));
  onOutcome(events, ({ 'detail-type': type, detail }) => say(`${type} ${JSON.stringify(detail)}`));
};

const OPTIONS = { port: { type: 'string' }, demo: { type: 'boolean' }, help: { type: 'boolean' } } as const;

/** Without `--` before it npm takes the option for its own, and says so in the environment alone. */
const requireWhole = (args: readonly string[]): void => {
  const given = args.some((arg) => /^--port(=|$)/.test(arg));
  if (given || process.env['npm_config_port'] === undefined) return;
  throw new Error(
    'npm kept --port for itself, so nothing was started. Options come after `--`: npm start -- --port 4000. ' +
      "In PowerShell the two hyphens need quotes: npm start '--' --port 4000",
  );
};

const optionsOf = (args: string[]) => {
  requireWhole(args);
  try {
    return parseArgs({ args, options: OPTIONS }).values;
  } catch (error) {
    throw new Error(`${(error as Error).message}. \`npm start -- --help\` tells the options.`);
  }
};

const main = async (): Promise<void> => {
  const values = optionsOf(process.argv.slice(2));
  if (values.help) return void process.stdout.write(HELP);
  const ports = portsFrom(values.port ?? (values.demo ? '0' : '3000'));
  const expectEnd = endOnSignals();
  const endpoints = await endpointsIn();
  const local = await startLocal(ports, endpoints, say);
  const tell = ({ ok, line }: Presigned): void => {
    process.stdout.write(`${line}\n`);
    if (!ok) process.exitCode = 1;
  };
  for (const endpoint of endpoints) tell(await presign(local.gateway, endpoint));
  const last = endpoints.at(-1);
  if (last !== undefined) tell(await presignByEvent(local.events, last));
  if (values.demo) return local.close();
  stayUp(local);
  guide(local, endpoints);
  expectEnd();
};

await main().catch((error: unknown) => {
  // Whatever is still listening would keep this alive.
  const text = error instanceof Error ? error.message : String(error);
  process.stderr.write(`${text}\n`, () => process.exit(1));
});
