import { randomUUID } from 'node:crypto';
import { parseArgs } from 'node:util';
import { contractEndpointsIn, endpointsIn, exampleOf } from '../lib/documents/endpoints.ts';
import type { Endpoint } from '../lib/endpoint.ts';
import { SOURCE } from '../lib/events/contract.ts';
import type { Events } from '../test/aws/events/events.ts';
import type { BusEvent } from '../test/aws/events/put-events.ts';
import type { Gateway } from '../test/aws/gateway.ts';
import { standInOf } from '../test/aws/stand-ins.ts';
import { callApi } from './start/call.ts';
import { awsCommand, curl, curlToQueue, exportsFor } from './start/commands.ts';
import { findEvent, liveOn, type Step, stepOf } from './start/life.ts';
import { type Local, startLocal } from './start/local.ts';
import { portsFrom } from './start/ports.ts';
import { endOnSignals } from './start/signals.ts';

const HELP = `Usage: npm start [-- --port PORT]
       npm run demo

Runs the Lambdas on this machine against stand-ins of WeChat Pay, AWS KMS, DynamoDB, EventBridge and SQS. Pre-signs one
user at each endpoint; lets the user sign, hears WeChat Pay's notification as an event, looks the contract up and ends
it; and pre-signs one by an event. Nothing else is needed: no account, no key, no network. Then it is a place to rehearse
an operator's work: see docs/operator.md.

  --port PORT  the first of the ports on 127.0.0.1, the API's; six more follow (default 3000; 0 takes any that are free)
  --demo       print one JSON line per step and end; status 0 when all succeeded, 1 otherwise
  --help       this text
`;

const say = (text: string): void => void process.stderr.write(`${text}\n`);

type Answer = Readonly<Record<string, unknown>>;
/** A pre-sign and WeChat Pay's id of it. */
type Presigned = Step & { id: string };

const presignedOf = (endpoint: Endpoint, ok: boolean, what: object, answer: Answer): Presigned => ({
  ...stepOf(ok, what),
  id: String(answer[standInOf(endpoint).answer.member]),
});

const presign = async (gateway: Gateway, endpoint: Endpoint): Promise<Presigned> => {
  const { status, json } = await callApi('POST', gateway.url + endpoint.path, exampleOf(endpoint.request));
  return presignedOf(
    endpoint,
    status === 200,
    { lambda: endpoint.name, via: 'api', status, ...json },
    json as Answer,
  );
};

const isOurs = ({ source }: BusEvent): boolean => source === SOURCE;

/** Asks by an event on the bus, and waits for the outcome there. */
const presignByEvent = async (events: Events, endpoint: Endpoint): Promise<Presigned> => {
  const request_id = `demo-${randomUUID()}`;
  await events.ask(endpoint.name, { request_id, body: exampleOf(endpoint.request) });
  const { 'detail-type': event, detail } = await findEvent(
    events,
    (one) => isOurs(one) && one.detail['request_id'] === request_id,
  );
  const { response = {}, error, ...asked } = detail as { response?: Answer; error?: { status: number } };
  const answer = { lambda: endpoint.name, via: 'event', event, ...asked, status: 200, ...response, ...error };
  return presignedOf(endpoint, error === undefined, answer, response);
};

const guide = (local: Local, endpoints: readonly Endpoint[]): void => {
  const { gateway, events, toolEnv, stack } = local;
  say(`\nWeChat Pay's console is at ${stack.wechatpay.url}: every call, taken apart.`);
  say(`The API listens on ${gateway.url}. Try a pre-sign:\n`);
  for (const endpoint of endpoints) say(`${curl(gateway.url, endpoint)}\n`);
  const last = endpoints.at(-1);
  if (last !== undefined) {
    say('The same by a message on the queue, or (with the AWS CLI) by an event on the bus:\n');
    say(`${curlToQueue(events, last)}\n`);
    say(`${awsCommand(events, last)}\n`);
  }
  say(
    'To sign as the user would, with the id of an answer (docs/operator.md tells what else a user can do):\n',
  );
  say(`curl -X POST ${local.toolEnv['WECHATPAY_SANDBOX']}/presigns/ID/sign\n`);
  say('Leave a field out, or misspell one, to see an error.\n');
  say("To rehearse an operator's work as docs/operator.md tells, paste this into another shell:\n");
  say(`${exportsFor(toolEnv).join('\n')}\n`);
  say('What the Lambdas log, and the outcomes of events, appear below. Ctrl-C ends everything.\n');
};

/** For as long as nobody ends it: shows what the Lambdas log and what they publish. */
const stayUp = ({ gateway, events }: Local): void => {
  gateway.onOutput((text) => process.stderr.write(text));
  events.eventBridge.onEvent((event) => {
    if (isOurs(event)) say(`${event['detail-type']} ${JSON.stringify(event.detail)}`);
  });
};

/** One life of each kind, and a pre-sign by an event. */
async function* live(local: Local, endpoints: readonly Endpoint[]): AsyncGenerator<Step> {
  const contractEndpoints = await contractEndpointsIn();
  for (const endpoint of endpoints) {
    const presigned = await presign(local.gateway, endpoint);
    yield presigned;
    if (presigned.ok) yield* liveOn(local, endpoint, contractEndpoints, presigned.id);
  }
  const last = endpoints.at(-1);
  if (last !== undefined) yield presignByEvent(local.events, last);
}

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
  const tell = ({ ok, line }: Step): void => {
    process.stdout.write(`${line}\n`);
    if (!ok) process.exitCode = 1;
  };
  for await (const step of live(local, endpoints)) tell(step);
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
