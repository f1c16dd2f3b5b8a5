import { setTimeout as wait } from 'node:timers/promises';
import { asPresignError, fault, type PresignError } from '../errors.ts';
import type { Budget, Merchant } from '../wechatpay/exchange.ts';
import { encryptionKey, findKey, type PlatformKeys } from '../wechatpay/platform-keys.ts';
import type { Entry, FetchKeys, Memory } from './entry.ts';

/** Whoever sends something may name any serial; it costs at most one download per merchant in this time. */
const COOLDOWN_MS = 60_000;
/** How often those who wait for somebody else's download look whether it is there. */
const LOOK_MS = 200;

export type KeySearchOptions = Pick<Memory, 'onTrouble' | 'now' | 'reread'> & {
  fetchKeys: FetchKeys;
  sleep?: (ms: number) => Promise<unknown>;
};

/** Nothing was sent yet, whatever became of the download: the pre-sign may be repeated, and says why it failed. */
const noKey = ({ reason, cause, retryAfter = 60 }: PresignError): PresignError =>
  fault('SERVICE_UNAVAILABLE', reason, { cause, retryAfter });

/**
 * @returns the search for a platform key not known yet: the one `serial` names, or any to encrypt with. Within a
 *   process calls share one search, and a failed one is not repeated at once; while another process fetches keys, they
 *   wait for what it finds. Resolves with the keys current afterwards; rejects only when any key was asked for, there is
 *   none, and the search for it failed.
 */
export const createKeySearch = (options: KeySearchOptions) => {
  const { fetchKeys, onTrouble, now, reread, sleep = wait } = options;

  const has = ({ known }: Entry, serial: string | undefined): boolean =>
    (serial === undefined ? encryptionKey(known.keys, now()) : findKey(known.keys, serial, now())) !==
    undefined;

  /** Whoever refreshed first has written it down: reading is cheaper than a download each. */
  const fetchOrWait = async (entry: Entry, merchant: Merchant, budget: Budget, serial?: string) => {
    const { mchid } = merchant;
    for (;;) {
      await reread(mchid, entry);
      const { record } = entry.known;
      if (has(entry, serial) || now() < Date.parse(record.refreshed_at ?? '') + COOLDOWN_MS) return;
      if (await fetchKeys(entry, merchant, budget)) return;
      if (budget.remainingMs() < 2 * LOOK_MS)
        throw fault('SERVICE_UNAVAILABLE', 'deadline', { retryAfter: 2 });
      await sleep(LOOK_MS * (0.5 + Math.random()));
    }
  };

  const search = async (entry: Entry, merchant: Merchant, budget: Budget, serial?: string): Promise<void> => {
    try {
      await fetchOrWait(entry, merchant, budget, serial);
      entry.trouble = undefined;
    } catch (thrown) {
      entry.trouble = asPresignError(thrown);
      onTrouble(merchant.mchid, entry.trouble);
    } finally {
      entry.searchAgainAt = now() + COOLDOWN_MS;
      entry.searching = undefined;
    }
  };

  return async (entry: Entry, merchant: Merchant, budget: Budget, serial?: string): Promise<PlatformKeys> => {
    if (now() >= entry.searchAgainAt) entry.searching ??= search(entry, merchant, budget, serial);
    await entry.searching;
    if (serial === undefined && entry.trouble && !has(entry, serial)) throw noKey(entry.trouble);
    return entry.known.keys;
  };
};
