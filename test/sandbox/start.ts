import { parseArgs } from 'node:util';
import type { Endpoint } from '../../lib/endpoint.ts';
import { endpointsIn, exampleOf } from '../../lib/endpoints.ts';
import { type Gateway, startGateway } from './gateway.ts';
import { type Stack, startStack } from './stack.ts';

const MCHID = '1900000001';
const HELP = `Usage: npm start [-- --port PORT]
       npm run demo

Runs the Lambdas on this machine against stand-ins of WeChat Pay, AWS KMS and DynamoDB, and signs up one user
at each endpoint. Nothing else is needed: no account, no key, no network.

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

/** A body with a fresh contract number each time the line is pasted, as a merchant's system would send. */
const curl = (gateway: Gateway, { path, request }: Endpoint): string => {
  const example = exampleOf(request) as object;
  const fresh = 'out_contract_code' in example ? { out_contract_code: '\'"$(date +%s)"\'' } : {};
  const body = JSON.stringify({ ...example, ...fresh }).replaceAll('\\"', '"');
  return `curl -i '${gateway.url}${path}' -H 'Content-Type: application/json' \\\n  -d '${body}'`;
};

const boot = async (port: number): Promise<{ stack: Stack; gateway: Gateway }> => {
  say('Starting WeChat Pay, KMS and DynamoDB stand-ins …');
  const stack = await startStack();
  try {
    await stack.addMerchant({ mchid: MCHID, mode: 'both' });
    say('Bundling the Lambdas and starting API Gateway (serverless-offline) …');
    const gateway = await startGateway(stack.env(MCHID), { port });
    return { stack, gateway };
  } catch (error) {
    await stack.close();
    throw error;
  }
};

const guide = (gateway: Gateway, { wechatpay, kms, dynamo }: Stack, endpoints: readonly Endpoint[]): void => {
  say(
    `\nThe API listens on ${gateway.url}, WeChat Pay on ${wechatpay.url}, KMS on ${kms.url}, DynamoDB on ${dynamo.url}.`,
  );
  say('What the Lambdas log appears below. Try a sign-up:\n');
  for (const endpoint of endpoints) say(`${curl(gateway, endpoint)}\n`);
  say('Leave a field out, or misspell one, to see an error. Ctrl-C ends everything.\n');
};

/** Until somebody ends it, showing what the Lambdas log. */
const stayUp = (gateway: Gateway): Promise<void> =>
  new Promise((resolve) => {
    gateway.onOutput((text) => process.stderr.write(text));
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
  });

const main = async (): Promise<void> => {
  const { values } = parseArgs({
    options: { port: { type: 'string' }, demo: { type: 'boolean' }, help: { type: 'boolean' } },
  });
  if (values.help) return void process.stdout.write(HELP);
  if (values.port !== undefined && !/^\d{1,5}$/.test(values.port)) throw new Error('--port must be a number');
  const { stack, gateway } = await boot(Number(values.port ?? (values.demo ? 0 : 3000)));
  try {
    const endpoints = await endpointsIn();
    for (const endpoint of endpoints) {
      const { ok, line } = await signUp(gateway, endpoint);
      process.stdout.write(`${line}\n`);
      if (!ok) process.exitCode = 1;
    }
    if (values.demo) return;
    guide(gateway, stack, endpoints);
    await stayUp(gateway);
  } finally {
    await gateway.close();
    await stack.close();
  }
};

await main().catch((error: unknown) => {
  say(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
});
