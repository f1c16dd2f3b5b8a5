import { once } from 'node:events';
import { createServer } from 'node:net';

/** Who listens where, one after the other. */
const LISTENERS = {
  api: 'the API',
  wechatpay: 'WeChat Pay',
  backup: "WeChat Pay's second host",
  kms: 'KMS',
  dynamo: 'DynamoDB',
  sqs: 'SQS',
  eventBridge: 'EventBridge',
};
const NAMES = Object.keys(LISTENERS) as (keyof typeof LISTENERS)[];

export type Ports = Record<keyof typeof LISTENERS, number>;

const HIGHEST = 65_536 - NAMES.length;

/** Consecutive ports from `first` on; from 0, each any. @throws Error that says what can be given. */
export const portsFrom = (first: string): Ports => {
  const number = Number(first);
  if (!/^\d{1,5}$/.test(first) || number > HIGHEST)
    throw new Error(`--port must be a number up to ${HIGHEST}: ${NAMES.length} ports from it on are taken.`);
  return Object.fromEntries(NAMES.map((name, at) => [name, number && number + at])) as Ports;
};

const problem = (code: string | undefined): string =>
  code === 'EADDRINUSE' ? 'is in use' : `cannot be used (${code})`;

const requireFree = async (port: number, whose: string): Promise<void> => {
  const server = createServer().listen(port, '127.0.0.1');
  try {
    await once(server, 'listening');
  } catch (error) {
    throw new Error(
      `Port ${port}, for ${whose}, ${problem((error as NodeJS.ErrnoException).code)}. End what listens there, or take ` +
        `${NAMES.length} other ports: \`npm start -- --port 4000\` takes 4000 to ${3999 + NAMES.length}.`,
    );
  }
  server.close();
  await once(server, 'close');
};

/** Looks before anything is started, so that nothing has to be ended. @throws Error that names the first port taken. */
export const requireFreePorts = async (ports: Ports): Promise<void> => {
  for (const name of NAMES) if (ports[name] !== 0) await requireFree(ports[name], LISTENERS[name]);
};
