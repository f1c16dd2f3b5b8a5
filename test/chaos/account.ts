import type { Entry } from './ledger.ts';
import type { Kind } from './plan.ts';

/** What WeChat Pay made, held against what was published in the end. */
export type Account = {
  /** Pre-signs that WeChat Pay made. */
  made: number;
  /** Of them: published as `…Succeeded`, under their id. */
  delivered: number;
  /** Published as `…Failed`, with `uncertain` and without: the first must be such as WeChat Pay refused later. */
  failedUncertain: number;
  failedCertain: number;
  goodFailed: number;
  untold: number;
  /** Further ones for a request that has one. */
  doubled: number;
  /** `…Succeeded` with an id that WeChat Pay never gave. */
  invented: number;
  /** `…Failed` with `uncertain`, though nothing was made: a caution in vain. */
  uncertainInVain: number;
  requestsWithDifferentBytes: number;
};

type Told = { kind: Kind; id: unknown; failed: boolean; uncertain: boolean };

/** A caller acts on what it hears first. */
const toldOf = ({ wish: { kind }, outcomes: [first] }: Readonly<Entry>): Told | undefined => {
  if (first === undefined) return undefined;
  const { response, uncertain } = first.detail;
  const [id] = Object.values((response ?? {}) as object) as unknown[];
  return { kind, id, failed: first.type.endsWith('Failed'), uncertain: uncertain === true };
};

/** @param made what WeChat Pay made, by the id of the request. */
export const accountOf = (
  entries: readonly Readonly<Entry>[],
  made: ReadonlyMap<string, readonly string[]>,
): Account => {
  const all = entries.map((entry) => ({ told: toldOf(entry), ids: made.get(entry.wish.id) ?? [] }));
  const count = (is: (one: { told: Told | undefined; ids: readonly string[] }) => boolean): number =>
    all.filter(is).length;
  const failed = ({ ids, told }: (typeof all)[number]): boolean => ids.length > 0 && told?.failed === true;
  return {
    made: all.reduce((sum, { ids }) => sum + ids.length, 0),
    delivered: count(({ ids, told }) => ids.some((id) => id === told?.id)),
    failedUncertain: count((one) => failed(one) && one.told?.uncertain === true),
    failedCertain: count((one) => failed(one) && one.told?.uncertain !== true),
    goodFailed: count((one) => failed(one) && one.told?.kind !== 'refused'),
    untold: count(({ ids, told }) => ids.length > 0 && told === undefined),
    doubled: all.reduce((sum, { ids }) => sum + Math.max(0, ids.length - 1), 0),
    invented: count(({ ids, told }) => told?.failed === false && !ids.some((id) => id === told.id)),
    uncertainInVain: count(({ ids, told }) => ids.length === 0 && told?.uncertain === true),
    requestsWithDifferentBytes: entries.filter(({ bytes }) => bytes.size > 1).length,
  };
};

/** What must not be. */
export const mistakesIn = (account: Account): [string, number][] => [
  ['pre-signs made but reported as failed without uncertain', account.failedCertain],
  ['pre-signs made but failed, which WeChat Pay never refused', account.goodFailed],
  ['pre-signs made that nobody was told of', account.untold],
  ['pre-signs made twice for one request', account.doubled],
  ['outcomes with an id that WeChat Pay never gave', account.invented],
  ['requests whose bytes differed between attempts', account.requestsWithDifferentBytes],
];
