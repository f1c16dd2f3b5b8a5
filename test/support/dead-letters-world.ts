import { type ChildProcess, spawn } from 'node:child_process';
import { PassThrough } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, afterEach } from '@jest/globals';
import { startFauxqs } from 'fauxqs';
import { endpointsIn, exampleOf } from '../../lib/documents/endpoints.ts';
import { detailType } from '../../lib/events/contract.ts';
import { asideOf, endpointNameOf, prefixOf } from '../../lib/names.ts';
import type { Given } from '../../tools/command.ts';
import type { Context } from '../../tools/commands/dead-letters/context.ts';
import { deadLetters } from '../../tools/commands/dead-letters/tool.ts';
import { CHILD_ENV } from './child-env.ts';
import { outcomeOf } from './cli-world.ts';
import { startRelay } from './dead-letters-relay.ts';
import { type HereOptions, jsonIn, type Ran, runHere, withStage } from './tool-here.ts';

export const DEAD_LETTERS = fileURLToPath(new URL('../../tools/dead-letters.ts', import.meta.url));
const REGION = 'cn-north-1';
export const DAY_MS = 86_400_000;

export const endpoints = await endpointsIn();
const campus = endpoints.find(({ name }) => name === 'eduschoolpayContractsPresign');
if (campus === undefined) throw new Error('no such endpoint');
export const endpoint = campus;

export type Kind = 'dead-letters' | 'undelivered';

/** What is asked of `endpoint`, with `more` in the place of the example's members. */
export const detail = (request_id: unknown, more: object = {}, rest: object = {}): object => ({
  request_id,
  body: { ...(exampleOf(endpoint.request) as object), ...more },
  ...rest,
});

/** As EventBridge puts it into the queue. */
export const envelope = (asked: unknown, type = detailType(endpoint, 'Requested')): string =>
  JSON.stringify({ version: '0', id: 'event', 'detail-type': type, source: 'shop', detail: asked });

/** An event that EventBridge could not decrypt, as it puts one into the queue; nothing in it names its request. */
export const sealed = (n = 0): string =>
  JSON.stringify({
    ...{
      version: '0',
      id: `new-${n}`,
      account: '123456789012',
      time: '2026-02-10T10:22:00Z',
      region: REGION,
    },
    ...{ source: 'aws.events', 'detail-type': 'Encrypted Events', resources: [] },
    detail: {
      'event-bus-arn': `arn:aws-cn:events:${REGION}:123456789012:event-bus/bus`,
      'rule-arn': `arn:aws-cn:events:${REGION}:123456789012:rule/bus/rule`,
      'kms-key-arn': `arn:aws-cn:kms:${REGION}:123456789012:key/key`,
      'encrypted-payload': 'AgR4qiru',
    },
  });

/** What was given on the command line of a command run in this process: for `endpoint`, and `more`. */
export const given = (more: Given['options'] = {}): Given => ({
  mchid: '',
  options: { endpoint: endpoint.name, ...more },
});

export type Running = { child: ChildProcess; ran: Promise<Ran> };

const start = (args: readonly string[], env: NodeJS.ProcessEnv): Running => {
  const child = spawn(process.execPath, [DEAD_LETTERS, ...withStage(args)], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ran = outcomeOf(child).then((outcome) => ({ ...outcome, json: jsonIn(outcome.stdout) }));
  return { child, ran };
};

/** The queues of a freshly deployed stage `dev`, behind a relay that can fail. */
const startWorld = async () => {
  const sqs = await startFauxqs({ port: 0, logger: false, defaultRegion: REGION });
  const relay = await startRelay(sqs.port);
  const name = (kind: Kind | '' = '', of = endpoint.name): string =>
    kind === '' ? endpointNameOf(prefixOf('dev'), of) : asideOf(endpointNameOf(prefixOf('dev'), of), kind);
  for (const one of endpoints)
    for (const kind of ['', 'dead-letters', 'undelivered'] as const)
      sqs.createQueue(name(kind, one.name), { attributes: { MessageRetentionPeriod: '1209600' } });
  const env = {
    ...CHILD_ENV,
    AWS_REGION: REGION,
    AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
    AWS_SECRET_ACCESS_KEY: 'secret',
    AWS_ENDPOINT_URL_SQS: relay.url,
    AWS_EC2_METADATA_DISABLED: 'true',
  };
  const client = new SQSClient({
    region: REGION,
    endpoint: relay.url,
    credentials: { accessKeyId: env.AWS_ACCESS_KEY_ID, secretAccessKey: env.AWS_SECRET_ACCESS_KEY },
    useQueueUrlAsEndpoint: false,
  });
  const messagesOf = (kind: Kind | '' = '', of = endpoint.name) => {
    const { ready = [], inflight = [] } = sqs.inspectQueue(name(kind, of))?.messages ?? {};
    return { visible: ready, hidden: inflight.map(({ message }) => message) };
  };
  return {
    sqs,
    relay,
    env,
    name,
    client,
    /** For a command run in this process: of `endpoint`, on no terminal. */
    context: (more: Partial<Context> = {}): Context => ({
      sqs: client,
      stage: 'dev',
      endpoints: [endpoint],
      yes: false,
      terminal: { input: new PassThrough(), write: () => undefined },
      interrupted: new AbortController().signal,
      now: Date.now,
      ...more,
    }),
    /** Puts messages where they wait for an operator; `code` is EventBridge's. */
    put: (kind: Kind, bodies: readonly string[], { code = '', of = endpoint.name } = {}): void => {
      const attributes = code && { ERROR_CODE: { DataType: 'String', StringValue: code } };
      for (const body of bodies)
        sqs.sendMessage(name(kind, of), body, { ...(attributes && { messageAttributes: attributes }) });
    },
    messagesOf,
    /** Bodies that anybody could receive now, in no order. */
    bodies: (kind: Kind | '' = '', of = endpoint.name): string[] =>
      messagesOf(kind, of)
        .visible.map(({ body }) => body)
        .sort(),
    start: (args: readonly string[], more: NodeJS.ProcessEnv = {}) => start(args, { ...env, ...more }),
    run: (args: readonly string[], options?: HereOptions) => runHere(deadLetters, env, args, options),
    /** Runs in a process of its own. */
    runAlone: (args: readonly string[], more: NodeJS.ProcessEnv = {}) => start(args, { ...env, ...more }).ran,
    empty: () => {
      relay.faults.length = 0;
      sqs.reset();
    },
    close: async () => {
      client.destroy();
      await relay.close();
      await sqs.stop();
    },
  };
};

/** A world for the tests of a file, whose queues are empty after each. */
export const useWorld = async () => {
  const world = await startWorld();
  afterEach(() => world.empty());
  afterAll(() => world.close());
  return world;
};
