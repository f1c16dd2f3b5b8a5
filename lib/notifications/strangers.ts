import type { MerchantRecord } from '../merchants/record.ts';
import type { Registry } from '../merchants/registry.ts';

/** How long a number that was not there is not looked for again. */
const ABSENT_MS = 60_000;
/** How many numbers may be looked for in vain within a time; so few that those remembered need no limit of their own. */
const MAX_MISSES = 20;
const WINDOW_MS = 10_000;

/**
 * The registry behind a door that anybody may knock at: made-up numbers cost a bounded number of reads, and once those
 * are used up every number that was never found here is a stranger's, until the window is over. Numbers that were found
 * are always read. A number that is new in the registry is seen a minute later at most.
 * @param now milliseconds since the epoch.
 */
export const limitStrangers = (registry: Registry, now: () => number = Date.now): Registry => {
  const found = new Set<string>();
  const absentUntil = new Map<string, number>();
  let left = MAX_MISSES;
  let windowEnds = 0;

  const rememberAbsent = (mchid: string): void => {
    for (const [id, until] of absentUntil) if (now() >= until) absentUntil.delete(id);
    absentUntil.set(mchid, now() + ABSENT_MS);
  };

  /** Takes one of the misses before it is known to be one, for many may be under way at once. */
  const takeMiss = (): boolean => {
    if (now() >= windowEnds) {
      left = MAX_MISSES;
      windowEnds = now() + WINDOW_MS;
    }
    if (left === 0) return false;
    left -= 1;
    return true;
  };

  const read = async (mchid: string): Promise<MerchantRecord | undefined> => {
    const isKnown = found.has(mchid);
    if (!isKnown && (now() < (absentUntil.get(mchid) ?? 0) || !takeMiss())) return undefined;
    const record = await registry.read(mchid);
    if (record === undefined) {
      found.delete(mchid);
      rememberAbsent(mchid);
    } else if (!isKnown) {
      left = Math.min(left + 1, MAX_MISSES);
      found.add(mchid);
    }
    return record;
  };
  return { ...registry, read };
};
