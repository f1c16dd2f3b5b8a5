import { asPresignError, fault, type PresignError } from '../errors.ts';
import type { Budget, Merchant } from '../wechatpay/exchange.ts';
import {
  encryptionKey,
  findKey,
  type PlatformKeys,
  platformKeys,
  type StoredPlatformKey,
} from '../wechatpay/platform-keys.ts';
import type { MerchantRecord, Registry } from './registry.ts';

/** An answer may name any serial it likes; it costs at most one search per merchant in this time. */
const COOLDOWN_MS = 60_000;

/** Downloads the merchant's platform certificates; empty when it has none. */
export type Download = (
  merchant: Merchant,
  record: MerchantRecord,
  budget: Budget,
) => Promise<Record<string, StoredPlatformKey>>;

/** Told of what went wrong behind the back of a sign-up that goes on all the same. */
export type OnTrouble = (mchid: string, error: PresignError) => void;

/** One merchant in memory. `record` and `keys` are replaced together, never changed. */
export type Entry = {
  known: { record: MerchantRecord; keys: PlatformKeys };
  freshUntil: number;
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
  /** Looks at the registry again. */
  reread: (mchid: string, entry: Entry) => Promise<void>;
};

/** @throws PresignError SERVICE_UNAVAILABLE when a stored key cannot be read. */
export const parseKeys = (record: MerchantRecord, known?: PlatformKeys): PlatformKeys => {
  try {
    return platformKeys(record.platform_keys, known);
  } catch (cause) {
    throw fault('SERVICE_UNAVAILABLE', 'merchant_misconfigured', { cause, retryAfter: 60 });
  }
};

const unexpired = (keys: Record<string, StoredPlatformKey>, now: number): Record<string, StoredPlatformKey> =>
  Object.fromEntries(
    Object.entries(keys).filter(
      ([, { not_after }]) => not_after === undefined || now < Date.parse(not_after),
    ),
  );

/** Nothing was sent yet, whatever became of the download: the sign-up may be repeated, and says why it failed. */
const noKey = ({ reason, cause, retryAfter = 60 }: PresignError): PresignError =>
  fault('SERVICE_UNAVAILABLE', reason, { cause, retryAfter });

/**
 * @returns the search for a platform key not known yet: the one `serial` names, or any to encrypt with. Concurrent
 *   calls share one search, and a failed one is not repeated at once. Resolves with the keys current afterwards;
 *   rejects only when any key was asked for, there is none, and the search for it failed.
 */
export const createKeySearch = ({ registry, download, onTrouble, now, reread }: KeySearchOptions) => {
  const has = ({ known }: Entry, serial: string | undefined): boolean =>
    (serial === undefined ? encryptionKey(known.keys, now()) : findKey(known.keys, serial, now())) !==
    undefined;

  const fetchAndStore = async (entry: Entry, merchant: Merchant, budget: Budget): Promise<void> => {
    const { record } = entry.known;
    const fetched = await download(merchant, record, budget);
    if (Object.keys(fetched).every((id) => id in record.platform_keys)) return;
    const next = { ...record, platform_keys: { ...unexpired(record.platform_keys, now()), ...fetched } };
    const keys = parseKeys(next, entry.known.keys);
    // In use from here on: a registry that cannot be written must not stop the sign-ups that wait for these keys.
    entry.known = { record, keys };
    if (!(await registry.storePlatformKeys(record, next.platform_keys))) return reread(record.mchid, entry);
    entry.known = { record: { ...next, version: record.version + 1 }, keys };
  };

  const search = async (entry: Entry, merchant: Merchant, budget: Budget, serial?: string): Promise<void> => {
    try {
      // Whoever refreshed first has written it down: reading is cheaper than a download each.
      await reread(merchant.mchid, entry);
      if (!has(entry, serial)) await fetchAndStore(entry, merchant, budget);
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
