import { asPresignError, fault, LASTING, type PresignError } from '../errors.ts';
import type { Budget, Merchant } from '../wechatpay/exchange.ts';
import type { PlatformKeys } from '../wechatpay/platform-keys.ts';
import { type Entry, type FetchKeys, type Memory, type OnTrouble, parseKeys } from './entry.ts';
import { createKeySearch } from './key-search.ts';
import { pairOf, type SignWith } from './kms-signer.ts';
import type { MerchantRecord } from './record.ts';
import type { Registry } from './registry.ts';

/** How long a merchant is used without looking at the registry again. */
const FRESH_MS = 5 * 60_000;
/** A Lambda that slept longer than this looks first: what it knows may have been replaced altogether meanwhile. */
const TOO_OLD_MS = 60 * 60_000;
/** After a failure, how long until the next look: an outage must not turn every pre-sign into another read. */
const REREAD_AFTER_FAILURE_MS = 15_000;

export type MerchantsOptions = {
  registry: Registry;
  sign: SignWith;
  /** How keys not known yet are fetched: `downloadKeys`, or `askRefresh` where the rights for it are missing. */
  fetchKeys: (memory: Memory) => FetchKeys;
  onTrouble?: OnTrouble;
  /** Milliseconds since the epoch. */
  now?: () => number;
};

/** A merchant out of memory, where it may be older than in the registry. */
export type KnownMerchant = Merchant & {
  /** As the registry had it at the last look. */
  record: () => MerchantRecord;
  /** To be told why something failed: of what the registry may hold the cure, the next lookup waits for a look there. */
  doubt: (failure: PresignError) => void;
};

/** A merchant as its record says, with these keys and no search for others: for a call about the keys themselves. */
export const merchantOf = (record: MerchantRecord, keys: PlatformKeys, sign: SignWith): Merchant => ({
  mchid: record.mchid,
  sign: (message) => sign(pairOf(record), message),
  keys: () => keys,
  refreshKeys: async () => keys,
});

/**
 * @returns a lookup of merchants by mchid. A merchant is read from the registry once and kept; later looks happen
 *   beside the pre-signs that use what is known. The lookup rejects with NO_AUTH for a merchant not in the registry.
 */
export const createMerchants = ({
  registry,
  sign,
  fetchKeys,
  onTrouble = () => {},
  now = Date.now,
}: MerchantsOptions) => {
  const entries = new Map<string, Entry>();
  const loading = new Map<string, Promise<Entry>>();

  const reread = async (mchid: string, entry: Entry): Promise<void> => {
    const before = entry.known;
    try {
      const record = await registry.read(mchid);
      if (record === undefined) {
        entries.delete(mchid);
        return;
      }
      // A look that began before a refresh and ends after it must not undo it.
      if (entry.known === before) entry.known = { record, keys: parseKeys(record, onTrouble, before.keys) };
      entry.freshUntil = now() + FRESH_MS;
    } catch (error) {
      entry.freshUntil = now() + REREAD_AFTER_FAILURE_MS;
      onTrouble(mchid, asPresignError(error));
    } finally {
      entry.rereading = undefined;
      entry.doubted = false;
      entry.lookedAt = now();
    }
  };
  const memory = { registry, onTrouble, now, reread };
  const searchKeys = createKeySearch({ ...memory, fetchKeys: fetchKeys(memory) });

  const load = async (mchid: string): Promise<Entry> => {
    const record = await registry.read(mchid);
    if (record === undefined) throw fault('NO_AUTH', 'merchant_unknown');
    const known = { record, keys: parseKeys(record, onTrouble) };
    const entry: Entry = {
      known,
      lookedAt: now(),
      freshUntil: now() + FRESH_MS,
      doubted: false,
      searchAgainAt: 0,
    };
    entries.set(mchid, entry);
    return entry;
  };

  const entryOf = async (mchid: string): Promise<Entry> => {
    const entry = entries.get(mchid);
    if (entry === undefined) {
      const pending = loading.get(mchid) ?? load(mchid).finally(() => loading.delete(mchid));
      loading.set(mchid, pending);
      return pending;
    }
    const doubted = entry.doubted && now() >= entry.lookedAt + REREAD_AFTER_FAILURE_MS;
    if (!doubted && now() < entry.freshUntil) return entry;
    entry.rereading ??= reread(mchid, entry);
    if (!doubted && now() < entry.freshUntil + TOO_OLD_MS) return entry;
    await entry.rereading;
    // Removed meanwhile: to be refused like any other stranger.
    return entries.get(mchid) ?? entryOf(mchid);
  };

  return async (mchid: string, budget: Budget): Promise<KnownMerchant> => {
    const entry = await entryOf(mchid);
    const merchant: KnownMerchant = {
      mchid,
      sign: (message) => sign(pairOf(entry.known.record), message, budget.signal),
      keys: () => entry.known.keys,
      record: () => entry.known.record,
      refreshKeys: (serial) => searchKeys(entry, merchant, budget, serial),
      doubt: ({ reason }) => {
        if (LASTING.has(reason)) entry.doubted = true;
      },
    };
    return merchant;
  };
};
export type Merchants = ReturnType<typeof createMerchants>;
