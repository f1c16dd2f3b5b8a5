import { asPresignError, fault, type PresignError } from '../errors.ts';
import type { Budget, Merchant } from '../wechatpay/exchange.ts';
import {
  encryptionKey,
  findKey,
  type PlatformKeys,
  platformKeys,
  type StoredPlatformKey,
} from '../wechatpay/platform-keys.ts';
import type { SignWith } from './kms-signer.ts';
import type { MerchantRecord, Registry } from './registry.ts';

/** How long a merchant is used without looking at the registry again. */
const FRESH_MS = 5 * 60_000;
/** After a failed look, how long until the next: an outage must not turn every sign-up into another attempt. */
const REREAD_AFTER_FAILURE_MS = 15_000;
/** An answer may name any serial it likes; it costs at most one search per merchant in this time. */
const REFRESH_COOLDOWN_MS = 60_000;

export type MerchantsOptions = {
  registry: Registry;
  sign: SignWith;
  /** Downloads the merchant's platform certificates; empty when it has none. */
  download: (
    merchant: Merchant,
    record: MerchantRecord,
    budget: Budget,
  ) => Promise<Record<string, StoredPlatformKey>>;
  /** Told of what went wrong behind the back of a sign-up that goes on all the same. */
  onTrouble?: (mchid: string, error: PresignError) => void;
  now?: () => number;
};

/** One merchant in memory. `record` and `keys` are replaced together, never changed. */
type Entry = {
  known: { record: MerchantRecord; keys: PlatformKeys };
  freshUntil: number;
  rereading?: Promise<void> | undefined;
  refreshing?: Promise<PlatformKeys> | undefined;
  refreshAgainAt: number;
};

const unexpired = (keys: Record<string, StoredPlatformKey>, now: number): Record<string, StoredPlatformKey> =>
  Object.fromEntries(
    Object.entries(keys).filter(
      ([, { not_after }]) => not_after === undefined || now < Date.parse(not_after),
    ),
  );

const parseKeys = (record: MerchantRecord, known?: PlatformKeys): PlatformKeys => {
  try {
    return platformKeys(record.platform_keys, known);
  } catch (cause) {
    throw fault('SERVICE_UNAVAILABLE', 'merchant_misconfigured', { cause, retryAfter: 60 });
  }
};

const noKey = ({ reason, cause, retryAfter = 60 }: PresignError): PresignError =>
  fault('SERVICE_UNAVAILABLE', reason, { cause, retryAfter });

/**
 * @returns a lookup of merchants by mchid. A merchant is read from the registry once and kept; later looks happen
 *   beside the sign-ups that use what is known. The lookup rejects with NO_AUTH for a merchant not in the registry.
 */
export const createMerchants = ({
  registry,
  sign,
  download,
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
      if (entry.known === before) entry.known = { record, keys: parseKeys(record, before.keys) };
      entry.freshUntil = now() + FRESH_MS;
    } catch (error) {
      entry.freshUntil = now() + REREAD_AFTER_FAILURE_MS;
      onTrouble(mchid, asPresignError(error));
    } finally {
      entry.rereading = undefined;
    }
  };

  const load = async (mchid: string): Promise<Entry> => {
    const record = await registry.read(mchid);
    if (record === undefined) throw fault('NO_AUTH', 'merchant_unknown');
    const known = { record, keys: parseKeys(record) };
    const entry: Entry = { known, freshUntil: now() + FRESH_MS, refreshAgainAt: 0 };
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
    if (now() >= entry.freshUntil) entry.rereading ??= reread(mchid, entry);
    return entry;
  };

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

  const search = async (
    entry: Entry,
    merchant: Merchant,
    budget: Budget,
    serial?: string,
  ): Promise<PlatformKeys> => {
    const found = (): boolean =>
      (serial === undefined
        ? encryptionKey(entry.known.keys, now())
        : findKey(entry.known.keys, serial, now())) !== undefined;
    try {
      // Whoever refreshed first has written it down: reading is cheaper than a download each.
      await reread(merchant.mchid, entry);
      if (!found()) await fetchAndStore(entry, merchant, budget);
    } catch (thrown) {
      const error = asPresignError(thrown);
      onTrouble(merchant.mchid, error);
      // Nothing to encrypt with: the sign-up ends here, before anything was sent, and should say why.
      if (serial === undefined && !found()) throw noKey(error);
    } finally {
      entry.refreshAgainAt = now() + REFRESH_COOLDOWN_MS;
      entry.refreshing = undefined;
    }
    return entry.known.keys;
  };

  return async (mchid: string, budget: Budget): Promise<Merchant> => {
    const entry = await entryOf(mchid);
    const merchant: Merchant = {
      mchid,
      sign: (message) => {
        const { certificate_serial, signing_key_arn } = entry.known.record;
        const pair = { mchid, certificateSerial: certificate_serial, signingKeyArn: signing_key_arn };
        return sign(pair, message, budget.signal);
      },
      keys: () => entry.known.keys,
      refreshKeys: async (serial) => {
        if (entry.refreshing === undefined && now() < entry.refreshAgainAt) return entry.known.keys;
        entry.refreshing ??= search(entry, merchant, budget, serial);
        return entry.refreshing;
      },
    };
    return merchant;
  };
};
export type Merchants = ReturnType<typeof createMerchants>;
