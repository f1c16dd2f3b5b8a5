import { randomUUID } from 'node:crypto';
import { parseArgs } from 'node:util';
import type { Endpoint } from '../../lib/endpoint.ts';
import { endpointsIn, exampleOf } from '../../lib/endpoints.ts';
import { awsCommand, curl, curlToQueue } from './commands.ts';
import type { Events } from './events/events.ts';
import type { BusEvent } from './events/put-events.ts';
import { type Gateway, startGateway } from './gateway.ts';
import { type Stack, startStack } from './stack.ts';

const MCHID = '1900000001';
const HELP = `Usage: npm start [-- --port PORT]
       npm run demo

Runs the Lambdas on this machine against stand-ins of WeChat Pay, AWS KMS, DynamoDB, EventBridge and SQS, and signs
up one user at each endpoint and one by an event. Nothing else is needed: no account, no key, no network.

  --port PORT  where the API listens on 127.0.0.1 (default 3000; 0 takes any)
  --demo       print one JSON line per sign-up and end; status 0 when all succeeded, 1 otherwise
  --help       this text
`;

type SignedUp = { ok: boolean; line: string };

const say = (text: string): void => void process.stderr.write(`${text}\n`);

const signUp = async (gateway: Gateway, endpoint: Endpoint): Promise<SignedUp> => {
  const response = await fetch(gateway.url + endpoint.path, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(exampleOf(endpoint.request)),
  });
  const answer = {
    lambda: endpoint.name,
    via: 'api',
    status: response.status,
    ...((await response.json()) as object),
  };
  return { ok: response.ok, line: JSON.stringify(answer) };
};

/** Outcomes of sign-ups asked for by events, as somebody with a rule on the bus sees them. */
const onOutcome = ({ eventBridge }: Events, listener: (event: BusEvent) => void): void =>
  eventBridge.onEvent((event) => {
    if (event.source === 'wechatpay-presign') listener(event);
  });

/** Long enough for a Lambda that has to be loaded first, on a busy machine. */
const OUTCOME_TIMEOUT_MS = 60_000;

/** Asks by an event on the bus, and waits for the outcome there. */
const signUpByEvent = async (events: Events, endpoint: Endpoint): Promise<SignedUp> => {
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

type Local = { stack: Stack; events: Events; gateway: Gateway; close: () => Promise<void> };

const boot = async (port: number, endpoints: readonly Endpoint[]): Promise<Local> => {
  say('Starting WeChat Pay, KMS, DynamoDB, EventBridge and SQS stand-ins …');
  const stack = await startStack();
  const events = await stack.startEvents({ endpoints });
  const closeAll = async (): Promise<void> => {
    await events.close();
    await stack.close();
  };
  try {
    await stack.addMerchant({ mchid: MCHID, mode: 'both' });
    say('Bundling the Lambdas and starting API Gateway (serverless-offline) …');
    const gateway = await startGateway({ ...stack.env(MCHID), ...events.env }, { port });
    const pollers = endpoints.map(({ name }) => events.poll(name, (event) => gateway.invoke(name, event)));
    const close = async (): Promise<void> => {
      await Promise.all(pollers.map((poller) => poller.close()));
      await gateway.close();
      await closeAll();
    };
    return { stack, events, gateway, close };
  } catch (error) {
    await closeAll();
    throw error;
  }
};

const guide = ({ gateway, stack, events }: Local, endpoints: readonly Endpoint[]): void => {
  const { wechatpay, kms, dynamo } = stack;
  say(
    `\nThe API listens on ${gateway.url}, WeChat Pay on ${wechatpay.url}, KMS on ${kms.url}, DynamoDB on ${dynamo.url},`,
  );
  say(`EventBridge on ${events.eventBridge.url}, SQS on ${events.queues.url}.`);
  say('What the Lambdas log, and the outcomes of events, appear below. Try a sign-up:\n');
  for (const endpoint of endpoints) say(`${curl(gateway.url, endpoint)}\n`);
  const last = endpoints.at(-1);
  if (last !== undefined) {
    say('The same by a message on the queue, or (with the AWS CLI) by an event on the bus:\n');
    say(`${curlToQueue(events, last)}\n`);
    say(`${awsCommand(events, last)}\n`);
  }
  say('Leave a field out, or misspell one, to see an error. Ctrl-C ends everything.\n');
};

/** Until somebody ends it, showing what the Lambdas log and what they publish. */
const stayUp = ({ gateway, events }: Local): Promise<void> =>
  new Promise((resolve) => {
    gateway.onOutput((text) => process.stderr.write(text));
    onOutcome(events, ({ 'detail-type': type, detail }) => say(`${type} ${JSON.stringify(detail)}`));
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
  });

const main = async (): Promise<void> => {
  const { values } = parseArgs({
    options: { port: { type: 'string' }, demo: { type: 'boolean' }, help: { type: 'boolean' } },
  });
  if (values.help) return void process.stdout.write(HELP);
  if (values.port !== undefined && !/^\d{1,5}$/.test(values.port)) throw new Error('--port must be a number');
  const endpoints = await endpointsIn();
  const local = await boot(Number(values.port ?? (values.demo ? 0 : 3000)), endpoints);
  const tell = ({ ok, line }: SignedUp): void => {
    process.stdout.write(`${line}\n`);
    if (!ok) process.exitCode = 1;
  };
  try {
    for (const endpoint of endpoints) tell(await signUp(local.gateway, endpoint));
    const last = endpoints.at(-1);
    if (last !== undefined) tell(await signUpByEvent(local.events, last));
    if (values.demo) return;
    guide(local, endpoints);
    await stayUp(local);
  } finally {
    await local.close();
  }
};

await main().catch((error: unknown) => {
  say(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
});
