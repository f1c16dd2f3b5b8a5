import { type NotificationsStack, startNotificationsStack } from '../support/notifications-stack.ts';
import {
  type Delivery,
  forge,
  MERCHANTS,
  makeGenuine,
  type Sent,
  shuffled,
  sign,
  violationsIn,
} from './notification-traffic.ts';
import { randomFrom } from './random.ts';

/** As many environments as Lambda may have at once; in each, one notification at a time. */
const PROCESSES = 10;
/** WeChat Pay sends again after a while, 15 times: time passes by this much between two rounds. */
const ROUND_MS = 60_000;
const ROUNDS = 15;
/** In the last of them nothing fails any more. */
const CALM = 5;
/** Forged ones for each of WeChat Pay's own. */
const FORGED = 3;

export type NotificationsReport = {
  genuine: number;
  forged: number;
  deliveries: number;
  events: number;
  processes: number;
  registryReads: number;
  kmsSigns: number;
  refreshes: number;
  /** How often each answer was given. */
  answers: Record<string, number>;
  violations: string[];
};

type Options = { notifications: number; seed: number; say: (text: string) => void };

/** What goes wrong during a round, each for some calls. */
const unleash = ({ bus, stack, lambda }: NotificationsStack, chance: () => number, calls: number): void => {
  const some = (share: number): number => Math.ceil(chance() * share * calls);
  for (const fault of [
    'unavailable',
    'throttled',
    'entry-throttled',
    'entry-internal',
    'lost-answer',
    'reset',
  ] as const)
    bus.fault(fault, some(0.05));
  for (const fault of ['unavailable', 'throttled', 'lost-answer'] as const)
    stack.dynamo.fault(fault, some(0.02));
  for (const kind of ['throttled', 'internal', 'reset'] as const)
    stack.kms.fault({ kind }, { times: some(0.01) });
  for (const fault of ['crash', 'throttled', 'denied'] as const) if (chance() < 0.5) lambda.fault(fault);
};

/** The environments; now and then one is replaced by a new one. */
const createProcesses = ({ coldLambda }: NotificationsStack, chance: () => number) => {
  const lambdas = Array.from({ length: PROCESSES }, coldLambda);
  let started = PROCESSES;
  const run = async (queue: Delivery[], onAnswer: (delivery: Delivery, status: number) => void) => {
    const work = async (lambda: ReturnType<typeof coldLambda>, at: number): Promise<void> => {
      let process = lambda;
      for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
        if (chance() < 0.002) {
          process = coldLambda();
          started += 1;
        }
        const { status } = await process.deliver(next.notification, { mchid: next.mchid });
        onAnswer(next, status);
      }
      lambdas[at] = process;
    };
    await Promise.all(lambdas.map(work));
  };
  return { run, started: () => started };
};

/** All that is sent in a round: what is still to be taken, some of it twice, and forgeries of what was seen so far. */
const trafficOf = (
  { signers: { certificate, rotated, publicKey } }: NotificationsStack,
  round: number,
  { waiting, seen, forged }: { waiting: ReadonlySet<Sent>; seen: readonly Sent[]; forged: number },
  chance: () => number,
): Delivery[] => {
  // Half way WeChat Pay rotates its certificate.
  const newest = round * 2 < ROUNDS - CALM ? certificate : rotated;
  const due = [...waiting].map((one) => sign(one, chance() < 0.3 ? publicKey : newest));
  const doubles = due.filter(() => chance() < 0.1);
  const forgeries = Array.from({ length: forged }, (_, n) =>
    forge(seen[n % seen.length] as Sent, certificate, chance),
  );
  return shuffled([...due, ...doubles, ...forgeries], chance);
};

const rounds = async (world: NotificationsStack, { notifications, say }: Options, chance: () => number) => {
  const genuine = makeGenuine(notifications, chance);
  const processes = createProcesses(world, chance);
  const waiting = new Set<Sent>();
  const answers: Record<string, number> = {};
  const perRound = Math.ceil(notifications / (ROUNDS - CALM));
  const total = { forged: 0, deliveries: 0 };
  for (let round = 0; round < ROUNDS; round += 1) {
    world.setLater(round * ROUND_MS);
    for (const one of genuine.slice(round * perRound, (round + 1) * perRound)) waiting.add(one);
    const isCalm = round >= ROUNDS - CALM;
    if (isCalm) world.clearFaults();
    else unleash(world, chance, waiting.size);
    const seen = genuine.slice(0, (round + 1) * perRound);
    const forged = isCalm ? 0 : FORGED * perRound;
    const traffic = trafficOf(world, round, { waiting, seen, forged }, chance);
    total.forged += forged;
    total.deliveries += traffic.length;
    await processes.run(traffic, ({ genuine: sent }, status) => {
      answers[status] = (answers[status] ?? 0) + 1;
      if (status === 204 && sent !== undefined) waiting.delete(sent);
    });
    say(`round ${round + 1} of ${ROUNDS}: ${waiting.size} of WeChat Pay's own still to be taken`);
  }
  return { genuine, answers, processes: processes.started(), ...total };
};

/** What the storm may cost at most: for each process, a window of ten seconds, and a merchant. */
const costs = (
  processes: number,
  elapsedMs: number,
  { registryReads, refreshes, kmsSigns }: { registryReads: number; refreshes: number; kmsSigns: number },
): string[] => {
  const windows = ROUNDS + Math.ceil(elapsedMs / 10_000);
  // Each read is tried three times at most, and the refresh reads as well.
  const reads = processes * windows * (20 + 2 * MERCHANTS.length);
  const minutes = ROUNDS + Math.ceil(elapsedMs / 60_000);
  return [
    ...(kmsSigns > 0 ? [`${kmsSigns} signatures were made`] : []),
    ...(registryReads > reads ? [`the registry was read ${registryReads} times, over ${reads}`] : []),
    ...(refreshes > processes * minutes * MERCHANTS.length ? [`${refreshes} refreshes were asked for`] : []),
  ];
};

/**
 * Sends genuine notifications, each until it is taken, as WeChat Pay does, amid forged ones and faults of everything that
 * the Lambda talks to. Time between rounds is simulated.
 */
export const runNotifications = async (options: Options): Promise<NotificationsReport> => {
  const quiet = { POWERTOOLS_LOG_LEVEL: 'SILENT', POWERTOOLS_METRICS_DISABLED: 'true' };
  const world = await startNotificationsStack();
  Object.assign(process.env, quiet);
  try {
    await Promise.all(MERCHANTS.map(world.addMerchant));
    world.clear();
    const began = performance.now();
    const { genuine, ...sent } = await rounds(world, options, randomFrom(options.seed));
    const cost = {
      registryReads: world.stack.dynamo.calls.filter((operation) => operation === 'GetItem').length,
      kmsSigns: world.stack.kms.calls.filter(({ operation }) => operation === 'Sign').length,
      refreshes: world.lambda.calls.length,
    };
    const violations = [
      ...violationsIn(genuine, world.bus.details),
      ...costs(sent.processes, performance.now() - began, cost),
    ];
    return { genuine: genuine.length, ...sent, events: world.bus.details.length, ...cost, violations };
  } finally {
    for (const name of Object.keys(quiet)) delete process.env[name];
    await world.close();
  }
};
