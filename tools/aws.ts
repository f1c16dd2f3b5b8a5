import http from 'node:http';
import https from 'node:https';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { KMSClient } from '@aws-sdk/client-kms';
import { SQSClient } from '@aws-sdk/client-sqs';
import { rememberCall } from './aws-failure.ts';
import { Failure } from './explain.ts';

/** Where a tool works, and as whom. What is undefined comes from the environment, as in AWS's own tools. */
export type Place = { region: string | undefined; profile: string | undefined };

export type Env = Readonly<Record<string, string | undefined>>;

const QUIET = () => undefined;
const SILENT = { trace: QUIET, debug: QUIET, info: QUIET, warn: QUIET, error: QUIET };

/** Node leaves out, without a word, a proxy whose URL it cannot use: the call would then go where it must not. */
const requireUsableProxy = (env: Env): void => {
  for (const name of ['https_proxy', 'HTTPS_PROXY', 'http_proxy', 'HTTP_PROXY']) {
    const url = env[name] || 'http://unset';
    if (!/^https?:$/.test(URL.parse(url)?.protocol ?? ''))
      throw new Failure(`${name} does not name a proxy: it has the form http://host:port`);
  }
};

/** The one configuration of all clients: without these limits an endpoint that stays silent would hang a tool for ever. */
const configOf = ({ region, profile }: Place, env: Env) => {
  requireUsableProxy(env);
  // HTTPS_PROXY, HTTP_PROXY and NO_PROXY; the SDK's own agents do not look at them.
  const agent = { keepAlive: true, proxyEnv: { ...env } };
  return {
    maxAttempts: 3,
    ...(region !== undefined && { region }),
    // The SDK would warn of keys in the environment, which a profile asked for by name is meant to win over.
    ...(profile !== undefined && { profile, logger: SILENT }),
    requestHandler: {
      connectionTimeout: 3_000,
      requestTimeout: 10_000,
      throwOnRequestTimeout: true,
      httpAgent: new http.Agent(agent),
      httpsAgent: new https.Agent(agent),
    },
  };
};

/** A step of every call, whatever the service. */
type Step = <A, R>(
  next: (args: A) => Promise<R>,
  context: { commandName?: string },
) => (args: A) => Promise<R>;
type Client = {
  config: { region: () => Promise<string> };
  middlewareStack: { add(step: Step, options: { step: 'initialize' }): void };
};

/** @throws Failure unless there is a region that can be part of a host's name: the SDK says so only of the first call. */
const regionOf = async ({ config }: Client): Promise<string> => {
  try {
    return await config.region();
  } catch (error) {
    const missing = error instanceof Error && /is missing|region=""/.test(error.message);
    throw new Failure(
      missing
        ? 'no AWS region: set AWS_REGION or use --region'
        : 'the AWS region is not one: look for blanks and misprints in --region, AWS_REGION and the profile (cn-north-1 is one)',
    );
  }
};

const watch = (client: Client, service: string, region: string): void => {
  const watched: Step =
    (next, { commandName = '' }) =>
    async (args) => {
      try {
        return await next(args);
      } catch (error) {
        const { TableName: table } = (args as { input: { TableName?: string } }).input;
        rememberCall(error, { service, operation: commandName.replace(/Command$/, ''), region, table });
        throw error;
      }
    };
  client.middlewareStack.add(watched, { step: 'initialize' });
};

const connected = async <C extends Client>(client: C, service: string): Promise<C> => {
  watch(client, service, await regionOf(client));
  return client;
};

/** @throws Failure when region or proxy cannot be used. */
export const connectKms = (place: Place, env: Env): Promise<KMSClient> =>
  connected(new KMSClient(configOf(place, env)), 'KMS');

export const connectDynamo = (place: Place, env: Env): Promise<DynamoDBClient> =>
  connected(new DynamoDBClient(configOf(place, env)), 'DynamoDB');

export const connectEventBridge = (place: Place, env: Env): Promise<EventBridgeClient> =>
  connected(new EventBridgeClient(configOf(place, env)), 'EventBridge');

export const connectSqs = (place: Place, env: Env): Promise<SQSClient> =>
  // The SDK would print a warning for every queue whose URL is not that of the endpoint it was told.
  connected(new SQSClient({ ...configOf(place, env), useQueueUrlAsEndpoint: false }), 'SQS');
