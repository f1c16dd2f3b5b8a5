import { asPresignError, type PresignError } from '../errors.ts';
import type { Budget, Merchant } from '../wechatpay/exchange.ts';
import { type Download, withDownloaded } from './download.ts';
import { type Entry, type FetchKeys, type Memory, parseKeys } from './entry.ts';
import type { MerchantRecord } from './record.ts';

/** How long a claim to download holds if whoever made it is cut off. */
const CLAIM_MS = 10_000;

/** For Lambdas that may sign: they download themselves, one at a time among all processes, and store what they found. */
export const downloadKeys =
  (download: Download) =>
  ({ registry, onTrouble, now, reread }: Memory): FetchKeys => {
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

    const downloadClaimed = async (entry: Entry, merchant: Merchant, budget: Budget): Promise<void> => {
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

    return async (entry, merchant, budget) => {
      if (!(await claim(entry.known.record))) return false;
      await downloadClaimed(entry, merchant, budget);
      return true;
    };
  };
