import { setTimeout as wait } from 'node:timers/promises';
import { asPresignError, fault, type PresignError } from '../errors.ts';
import type { Budget, Merchant } from '../wechatpay/exchange.ts';
import { encryptionKey, findKey, type PlatformKeys, platformKeys } from '../wechatpay/platform-keys.ts';
import { type Download, withDownloaded } from './download.ts';
import type { MerchantRecord } from './record.ts';
import type { Registry } from './registry.ts';

/** An answer may name any serial it likes; it costs at most one download per merchant in this time. */
const COOLDOWN_MS = 60_000;
/** How long a claim to download holds if whoever made it is cut off. */
const CLAIM_MS = 10_000;
/** How often those who wait for somebody else's download look whether it is there. */
const LOOK_MS = 200;

/** Told of what went wrong behind the back of a pre-sign that goes on all the same. */
export type OnTrouble = (mchid: string, error: PresignError) => void;

/** One merchant in memory. `record` and `keys` are replaced together, never changed. */
export type Entry = {
  known: { record: MerchantRecord; keys: PlatformKeys };
  /** When the registry was last looked at, with or without success. */
  lookedAt: number;
  freshUntil: number;
  /** Since that look something has failed that somebody may have mended there. */
  doubted: boolean;
  rereading?: Promise<void> | undefined;
  searching?: Promise<void> | undefined;
  searchAgainAt: number;
  /** Why the last search failed. */
  trouble?: PresignError | undefined;
};

export type KeySearchOptions = {
  registry: Registry;
  download: Download;
  onTrouble: OnTrouble;
  now: () => number;
  sleep?: (ms: number) => Promise<unknown>;
  /** Looks at the registry again. */
  reread: (mchid: string, entry: Entry) => Promise<void>;
};

/**
 * The usable ones of the stored keys; `onTrouble` hears of each other one.
 * @throws PresignError SERVICE_UNAVAILABLE when there are keys and none of them can be used.
 */
export const parseKeys = (
  { mchid, platform_keys }: MerchantRecord,
  onTrouble: OnTrouble,
  known?: PlatformKeys,
): PlatformKeys => {
  const causes: unknown[] = [];
  const keys = platformKeys(platform_keys, known, (_, cause) => causes.push(cause));
  if (keys.size === 0 && causes.length > 0)
    throw fault('SERVICE_UNAVAILABLE', 'merchant_misconfigured', { cause: causes[0], retryAfter: 60 });
  for (const cause of causes)
    onTrouble(mchid, fault('SERVICE_UNAVAILABLE', 'platform_key_unusable', { cause }));
  return keys;
};

/** Nothing was sent yet, whatever became of the download: the pre-sign may be repeated, and says why it failed. */
const noKey = ({ reason, cause, retryAfter = 60 }: PresignError): PresignError =>
  fault('SERVICE_UNAVAILABLE', reason, { cause, retryAfter });

/**
 * @returns the search for a platform key not known yet: the one `serial` names, or any to encrypt with. Within a
 *   process calls share one search, and a failed one is not repeated at once; among processes the registry lets one
 *   download at a time, and the others wait for what it finds. Resolves with the keys current afterwards; rejects
 *   only when any key was asked for, there is none, and the search for it failed.
 */
export const createKeySearch = (options: KeySearchOptions) => {
  const { registry, download, onTrouble, now, reread, sleep = wait } = options;

  const has = ({ known }: Entry, serial: string | undefined): boolean =>
    (serial === undefined ? encryptionKey(known.keys, now()) : findKey(known.keys, serial, now())) !==
    undefined;

  const fetchAndStore = async (entry: Entry, merchant: Merchant, budget: Budget): Promise<void> => {
    const { record } = entry.known;
    const onUnusable = (error: PresignError): void => onTrouble(record.mchid, error);
    const next = withDownloaded(record, await download(merchant, record, budget, onUnusable), now());
    if (next === record) return;
    const keys = parseKeys(next, onTrouble, entry.known.keys);
    // In use from here on: a registry that cannot be written must not stop the pre-signs that wait for these keys.
    entry.known = { record, keys };
    const { platform_keys } = next;
    if (!(await registry.update(record, { platform_keys }))) return reread(record.mchid, entry);
    entry.known = { record: { ...next, version: record.version + 1 }, keys };
  };

  /** A registry that cannot be written must not keep anybody from the keys: then everybody may download. */
  const claim = (seen: MerchantRecord): Promise<boolean> =>
    registry.claimRefresh(seen, now(), now() + CLAIM_MS).catch((error: unknown) => {
      onTrouble(seen.mchid, asPresignError(error));
      return true;
    });

  const claimed = async (entry: Entry, merchant: Merchant, budget: Budget): Promise<void> => {
    let refreshedAt: string | undefined;
    try {
      await fetchAndStore(entry, merchant, budget);
      refreshedAt = new Date(now()).toISOString();
    } finally {
      await registry.endRefresh(merchant.mchid, refreshedAt).catch((error: unknown) => {
        onTrouble(merchant.mchid, asPresignError(error));
      });
    }
  };

  /** Whoever refreshed first has written it down: reading is cheaper than a download each. */
  const downloadOrWait = async (entry: Entry, merchant: Merchant, budget: Budget, serial?: string) => {
    const { mchid } = merchant;
    for (;;) {
      await reread(mchid, entry);
      const { record } = entry.known;
      if (has(entry, serial) || now() < Date.parse(record.refreshed_at ?? '') + COOLDOWN_MS) return;
      if (await claim(record)) return claimed(entry, merchant, budget);
      if (budget.remainingMs() < 2 * LOOK_MS)
        throw fault('SERVICE_UNAVAILABLE', 'deadline', { retryAfter: 2 });
      await sleep(LOOK_MS * (0.5 + Math.random()));
    }
  };

  const search = async (entry: Entry, merchant: Merchant, budget: Budget, serial?: string): Promise<void> => {
    try {
      await downloadOrWait(entry, merchant, budget, serial);
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
