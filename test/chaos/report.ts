import { type Account, accountOf, mistakesIn } from './account.ts';
import type { End, Ledger } from './ledger.ts';
import { growthOf, MAX_MEMORY_GROWTH } from './memory.ts';
import type { Kind, Wish } from './plan.ts';
import { WEATHER } from './weather.ts';

type Ends = ReadonlyMap<string, End>;

export type Observed = {
  plan: readonly Wish[];
  seed: number;
  /** Until every message had left the queues. */
  seconds: number;
  /** While things went wrong, and after the dead letters were moved back in calm. */
  stormy: Ends;
  calm: Ends;
  /** Names of those among the dead letters before they were moved back. */
  dead: readonly string[];
  entries: ReturnType<Ledger['entries']>;
  /** Bytes after each invocation, of each Lambda. */
  memory: readonly (readonly number[])[];
  killed: number;
  invocations: number;
  throttled: number;
  /** What WeChat Pay made, by the id of the request. */
  made: ReadonlyMap<string, readonly string[]>;
  refusesReentry: boolean;
  outages: number;
};

type Counts = Record<End, number>;
export type Report = {
  seed: number;
  presigns: number;
  seconds: number;
  refusesReentry: boolean;
  weather: typeof WEATHER;
  ends: Counts;
  /** The same, by what was asked for and by the code of the refusal. */
  endsOf: Record<Kind, Record<string, number>>;
  endsAfterRedrive: Counts;
  asked: Record<Kind | 'twice', number>;
  outcomesPublished: number;
  replays: number;
  wechatPayCalls: number;
  callsForRememberedOutcomes: number;
  /** After the dead letters were moved back. */
  account: Account;
  /** Answered when the fifth receive was cut off, or at work on a duplicate: moved back, they repeat what was told. */
  answeredAndDead: number;
  /** Pairs of services that were out together. */
  outages: number;
  claimsByWrongClocks: number;
  invocations: number;
  invocationsKilled: number;
  kmsThrottled: number;
  /** Median memory of a Lambda in the last quarter of the run over that in the second; 1 for a short run. */
  memoryGrowth: number;
  /** What must not be; empty when all is well. */
  violations: string[];
};

const countEnds = (ends: Ends): Counts => {
  const counts: Counts = { succeeded: 0, failed: 0, 'dead letter': 0, lost: 0, several: 0 };
  for (const end of ends.values()) counts[end] += 1;
  return counts;
};

/** Where each went: by kind, and among the failed by the code. WeChat Pay refuses a contract number it knows already. */
const endsByKind = (entries: Observed['entries'], ends: Ends): Report['endsOf'] => {
  const counts: Report['endsOf'] = { good: {}, invalid: {}, poison: {}, refused: {}, unanswered: {} };
  for (const { wish, outcomes } of entries) {
    const end = ends.get(wish.id) ?? 'lost';
    const { code } = (outcomes[0]?.detail['error'] ?? {}) as { code?: string };
    const uncertain = outcomes[0]?.detail['uncertain'] === true ? ', uncertain' : '';
    const where = end === 'failed' ? `failed, ${code}${uncertain}` : end;
    counts[wish.kind][where] = (counts[wish.kind][where] ?? 0) + 1;
  }
  return counts;
};

const violationsIn = (observed: Observed, account: Account, memoryGrowth: number): string[] => {
  const { plan, stormy, calm, entries } = observed;
  const answered = new Set(entries.filter(({ outcomes }) => outcomes.length > 0).map(({ wish }) => wish.id));
  const found: [string, number][] = [
    ['pre-signs lost', [...stormy.values()].filter((end) => end === 'lost').length],
    [
      'pre-signs with several ends',
      [...stormy.values(), ...calm.values()].filter((end) => end === 'several').length,
    ],
    [
      'calls to WeChat Pay for a remembered outcome',
      // Who was overtaken for want of a right clock goes on with its attempts, with the same bytes, and tells nothing.
      entries.reduce((sum, one) => sum + (one.wrongClocks > 0 ? 0 : one.callsAfterRemembered), 0),
    ],
    [
      'poisonous messages that were answered',
      plan.filter(({ id, kind }) => kind === 'poison' && calm.get(id) !== 'dead letter').length,
    ],
    [
      'invalid pre-signs that did not fail',
      plan.filter(({ id, kind }) => kind === 'invalid' && calm.get(id) !== 'failed').length,
    ],
    [
      'readable pre-signs without an outcome after the redrive',
      plan.filter(({ id, kind }) => kind !== 'poison' && !answered.has(id)).length,
    ],
    [
      'unanswered pre-signs that did not succeed after the redrive',
      plan.filter(({ id, kind }) => kind === 'unanswered' && calm.get(id) !== 'succeeded').length,
    ],
    ...mistakesIn(account),
    [`a memory growth of ${memoryGrowth.toFixed(2)}`, memoryGrowth > MAX_MEMORY_GROWTH ? 1 : 0],
  ];
  return found.filter(([, count]) => count > 0).map(([what, count]) => `${count} × ${what}`);
};

export const reportOf = (observed: Observed): Report => {
  const { plan, seed, seconds, refusesReentry, stormy, calm, entries, memory, dead, outages } = observed;
  const sum = (of: (entry: (typeof entries)[number]) => number): number =>
    entries.reduce((total, entry) => total + of(entry), 0);
  const asked = (is: (wish: Wish) => boolean): number => plan.filter(is).length;
  const ofKind = (kind: Kind): number => asked((wish) => wish.kind === kind);
  const account = accountOf(entries, observed.made);
  const memoryGrowth = Math.max(...memory.map(growthOf));
  return {
    seed,
    presigns: plan.length,
    seconds: Math.round(seconds),
    refusesReentry,
    weather: WEATHER,
    ends: countEnds(stormy),
    endsOf: endsByKind(entries, stormy),
    endsAfterRedrive: countEnds(calm),
    asked: {
      good: ofKind('good'),
      invalid: ofKind('invalid'),
      poison: ofKind('poison'),
      refused: ofKind('refused'),
      unanswered: ofKind('unanswered'),
      twice: asked(({ twice }) => twice),
    },
    outcomesPublished: sum(({ published }) => published),
    replays: sum(({ published, outcomes }) => published - outcomes.length),
    wechatPayCalls: sum(({ calls }) => calls),
    callsForRememberedOutcomes: sum(({ callsAfterRemembered }) => callsAfterRemembered),
    account,
    answeredAndDead: dead.filter((id) => stormy.get(id) === 'succeeded' || stormy.get(id) === 'failed')
      .length,
    outages,
    claimsByWrongClocks: sum(({ wrongClocks }) => wrongClocks),
    invocations: observed.invocations,
    invocationsKilled: observed.killed,
    kmsThrottled: observed.throttled,
    memoryGrowth: Math.round(memoryGrowth * 100) / 100,
    violations: violationsIn(observed, account, memoryGrowth),
  };
};
