import { randomUUID } from 'node:crypto';
import { parseArgs } from 'node:util';
import { contractEndpointsIn, endpointsIn, exampleOf } from '../lib/documents/endpoints.ts';
import type { Endpoint } from '../lib/endpoint.ts';
import { SOURCE } from '../lib/events/contract.ts';
import type { Events } from '../test/aws/events/events.ts';
import type { BusEvent } from '../test/aws/events/put-events.ts';
import { standInOf } from '../test/aws/stand-ins.ts';
import { guideTo } from './start/guide.ts';
import { findEvent, liveOn, type Step, stepOf } from './start/life.ts';
import { type Local, startLocal } from './start/local.ts';
import { portsFrom } from './start/ports.ts';
import { endOnSignals } from './start/signals.ts';

const HELP = `Usage: npm start [-- --port PORT] [--iam]
       npm run demo

Runs the Lambdas on this machine against stand-ins of WeChat Pay, AWS KMS, DynamoDB, EventBridge and SQS. Pre-signs one
user at each endpoint; lets the user sign, hears WeChat Pay's notification as an event, looks the contract up and ends
it; and pre-signs one by an event. Nothing else is needed: no account, no key, no network. Then it is a place to rehearse
an operator's work: see docs/operator.md.

  --port PORT  the first of the ports on 127.0.0.1, the API's; six more follow (default 3000; 0 takes any that are free)
  --iam        let the API take signed calls alone, as in AWS (Signature Version 4, service execute-api), and print the
               access key to sign with; WeChat Pay's notifications are not signed so
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

const presign = async ({ callApi }: Local, endpoint: Endpoint): Promise<Presigned> => {
  const { status, json } = await callApi('POST', endpoint.path, exampleOf(endpoint.request));
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
    const presigned = await presign(local, endpoint);
    yield presigned;
    if (presigned.ok) yield* liveOn(local, endpoint, contractEndpoints, presigned.id);
  }
  const last = endpoints.at(-1);
  if (last !== undefined) yield presignByEvent(local.events, last);
}

const OPTIONS = {
  port: { type: 'string' },
  iam: { type: 'boolean', default: false },
  demo: { type: 'boolean' },
  help: { type: 'boolean' },
} as const;

/** Without `--` before them npm takes options for its own, and says so in the environment alone. */
const requireWhole = (args: readonly string[]): void => {
  const lost = ['port', 'iam'].find(
    (name) =>
      process.env[`npm_config_${name}`] !== undefined &&
      !args.some((arg) => arg === `--${name}` || arg.startsWith(`--${name}=`)),
  );
  if (lost === undefined) return;
  const option = lost === 'port' ? '--port 4000' : `--${lost}`;
  throw new Error(
    `npm kept --${lost} for itself, so nothing was started. Options come after \`--\`: npm start -- ${option}. ` +
      `In PowerShell the two hyphens need quotes: npm start '--' ${option}`,
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
  const local = await startLocal({ ports, endpoints, iam: values.iam, say });
  const tell = ({ ok, line }: Step): void => {
    process.stdout.write(`${line}\n`);
    if (!ok) process.exitCode = 1;
  };
  for await (const step of live(local, endpoints)) tell(step);
  if (values.demo) return local.close();
  stayUp(local);
  for (const line of guideTo(local, endpoints)) say(line);
  expectEnd();
};

await main().catch((error: unknown) => {
  // Whatever is still listening would keep this alive.
  const text = error instanceof Error ? error.message : String(error);
  process.stderr.write(`${text}\n`, () => process.exit(1));
});
