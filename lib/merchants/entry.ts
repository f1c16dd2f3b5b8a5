import { fault, type PresignError } from '../errors.ts';
import type { Budget, Merchant } from '../wechatpay/exchange.ts';
import { type PlatformKeys, platformKeys } from '../wechatpay/platform-keys.ts';
import type { MerchantRecord } from './record.ts';
import type { Registry } from './registry.ts';

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

/** What is shared by those who change what is known of merchants. */
export type Memory = {
  registry: Registry;
  onTrouble: OnTrouble;
  /** Milliseconds since the epoch. */
  now: () => number;
  /** Looks at the registry again. */
  reread: (mchid: string, entry: Entry) => Promise<void>;
};

/**
 * Brings keys that the registry does not have yet into an entry. Resolves with false when somebody else is doing it, who
 * will write down what was found; rejects with a PresignError.
 */
export type FetchKeys = (entry: Entry, merchant: Merchant, budget: Budget) => Promise<boolean>;

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
