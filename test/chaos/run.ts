import { execFile } from 'node:child_process';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { endpointFilesIn } from '../../lib/documents/endpoints.ts';
import { SOURCE } from '../../lib/events/contract.ts';
import { asideOf } from '../../lib/names.ts';
import type { Events } from '../aws/events/events.ts';
import { startStack } from '../aws/stack.ts';
import { requireStandIns } from '../aws/stand-ins.ts';
import type { Bundles } from '../support/bundles.ts';
import { CHILD_ENV } from '../support/child-env.ts';
import { forget } from './clocks.ts';
import { createLambdas, type Lambdas } from './lambdas.ts';
import { createLedger } from './ledger.ts';
import { createFinder, MERCHANTS, makePlan, withDuplicates } from './plan.ts';
import { createProducer } from './producer.ts';
import { randomFrom } from './random.ts';
import { type Report, reportOf } from './report.ts';
import { unleash, WEATHER } from './weather.ts';

/**
 * Time in the queues passes this much faster: back-off of 15 s to 15 min becomes 0.6 to 36 s, and the visibility
 * time-out 12 s, twice what an invocation may take, for a busy machine also has to start the process.
 */
const HURRY = 25;
const VISIBILITY_SECONDS = 300;
const INVOCATION_MS = 5_500;
/** After this long without a new end the run is over: whoever has none is lost. */
const PATIENCE_MS = 120_000;

const TOOL = fileURLToPath(new URL('../../tools/dead-letters.ts', import.meta.url));
export type ChaosOptions = {
  bundles: Pick<Bundles, 'file'>;
  /** Pre-signs asked for, duplicates aside. */
  presigns: number;
  seed: number;
  say: (text: string) => void;
  /** Share of the invocations whose process is killed. */
  killed?: number;
  /** Whether WeChat Pay refuses other bytes under a known contract number; default true. */
  refusesReentry?: boolean;
  /** Nobody finds what somebody else has remembered. */
  forgetful?: boolean;
};

const messageId = (text: string): string => {
  const { detail } = JSON.parse(text) as { detail: { request_id?: string; note?: string } };
  return detail.request_id ?? detail.note ?? '';
};

const contentsOf = async ({ queues, queueOf }: Events, names: readonly string[]) => {
  const main = await Promise.all(names.map((name) => queues.contents(queueOf(name))));
  // What an outage kept from the queue waits for an operator as well.
  const aside = names.flatMap((name) => [
    asideOf(queueOf(name), 'dead-letters'),
    asideOf(queueOf(name), 'undelivered'),
  ]);
  const dead = await Promise.all(aside.map((name) => queues.contents(name)));
  return {
    waiting: main.reduce((sum, { ready, inFlight }) => sum + ready.length + inFlight.length, 0),
    dead: dead.flatMap(({ ready, inFlight }) => [...ready, ...inFlight]).map(messageId),
  };
};

const killedOf = (lambdas: readonly Lambdas[]): number =>
  lambdas.reduce((sum, lambda) => sum + lambda.killed(), 0);

/** Waits until the queues are empty, or nothing has moved for too long. */
const untilQuiet = async (events: Events, names: readonly string[], say: (text: string) => void) => {
  let last = Number.NaN;
  let movedAt = performance.now();
  for (;;) {
    const { waiting, dead } = await contentsOf(events, names);
    if (waiting === 0) return dead;
    if (waiting !== last) movedAt = performance.now();
    if (performance.now() - movedAt > PATIENCE_MS) return dead;
    last = waiting;
    say(`${waiting} messages on the queues, ${dead.length} dead letters`);
    await wait(2_000);
  }
};

/** Pre-signs by event through the bundled Lambdas in the worst of weather, and what became of each. */
export const runChaos = async (options: ChaosOptions): Promise<Report> => {
  const { bundles, presigns, seed, say, killed = WEATHER.killed } = options;
  const { refusesReentry = true, forgetful = false } = options;
  const random = randomFrom(seed);
  const files = await endpointFilesIn();
  const endpoints = files.map(({ endpoint }) => endpoint);
  requireStandIns(endpoints);
  const names = endpoints.map(({ name }) => name);
  const plan = makePlan(presigns, endpoints, random);
  const ledger = createLedger(plan);
  say('Starting the stand-ins …');
  const stack = await startStack({ stage: 'chaos', refusesReentry });
  for (const mchid of MERCHANTS) await stack.addMerchant({ mchid, mode: 'both' });
  const events = await stack.startEvents({ endpoints, hurry: HURRY, visibilitySeconds: VISIBILITY_SECONDS });
  const env = { ...CHILD_ENV, ...stack.env(MERCHANTS[0]), ...events.env, WECHATPAY_TIMEOUT_MS: '1000' };

  stack.dynamo.watch(ledger.wrote);
  events.eventBridge.onEvent(({ source, detail, 'detail-type': type }) => {
    if (source === SOURCE) ledger.heard(type, detail);
  });
  stack.kms.onAnswered(({ signature }) => {
    if (signature !== undefined) ledger.signed(signature);
  });
  stack.wechatpay.onCall(({ method, body, headers }) => {
    if (method === 'POST') ledger.called(body, headers['authorization']);
  });
  const find = createFinder(plan);
  const kindOf = (body: Buffer) => find(JSON.parse(body.toString()) as object)?.kind;
  const { offClock: onWrongClock } = ledger;
  const weather = unleash({ stack, events, hurry: HURRY, kindOf, onWrongClock, random });
  if (forgetful) stack.dynamo.rewrite(forget);
  let calm = false;
  let invocations = 0;
  // Whoever ends before it is killed leaves its turn to the next: the share is kept however fast they are.
  const killAfter = (usual: number): number | undefined => {
    invocations += 1;
    const due = Math.floor(invocations * killed) > killedOf(lambdas);
    return !calm && due ? random() * usual : undefined;
  };
  const lambdas: readonly Lambdas[] = await Promise.all(
    files.map(({ file }) => createLambdas({ bundle: bundles.file(file), env, ms: INVOCATION_MS, killAfter })),
  );
  const pollers = names.map((name, index) =>
    events.poll(name, (event) => lambdas[index]?.invoke(event) ?? Promise.reject(new Error('no function'))),
  );
  const producer = createProducer({ ...events.eventBridge, region: events.queues.region });
  const started = performance.now();
  try {
    say(`Asking for ${presigns} pre-signs …`);
    await producer.ask(withDuplicates(plan, random));
    await events.eventBridge.delivered();
    const dead = await untilQuiet(events, names, say);
    const seconds = (performance.now() - started) / 1_000;
    const stormy = ledger.ends(new Set(dead));

    say('The weather clears. Moving the dead letters back …');
    weather.clear();
    calm = true;
    await promisify(execFile)(process.execPath, [TOOL, 'redrive', '--stage', 'chaos'], {
      env,
    });
    const stillDead = await untilQuiet(events, names, say);
    return reportOf({
      plan,
      seed,
      seconds,
      stormy,
      dead,
      calm: ledger.ends(new Set(stillDead)),
      entries: ledger.entries(),
      memory: lambdas.map(({ memory }) => memory),
      killed: killedOf(lambdas),
      invocations: pollers.reduce((sum, { stats }) => sum + stats.invocations, 0),
      throttled: stack.kms.calls.filter(({ fault }) => fault !== undefined).length,
      made: ledger.made(stack.wechatpay.presigns),
      refusesReentry,
      outages: weather.outages(),
    });
  } finally {
    await Promise.all(pollers.map(({ close }) => close()));
    await Promise.all(lambdas.map(({ close }) => close()));
    producer.close();
    await events.close();
    await stack.close();
  }
};
