import type { KMSClient } from '@aws-sdk/client-kms';
import { createCertificateDownload, type OnUnusable } from '../wechatpay/certificates.ts';
import type { Budget, Exchange, Merchant } from '../wechatpay/exchange.ts';
import type { StoredPlatformKey } from '../wechatpay/platform-keys.ts';
import { decryptApiV3Key } from './api-v3-key.ts';
import type { MerchantRecord } from './record.ts';

/** Downloads the merchant's platform certificates; empty when it has none. Rejects with a PresignError. */
export type Download = (
  merchant: Merchant,
  record: MerchantRecord,
  budget: Budget,
  onUnusable?: OnUnusable,
) => Promise<Record<string, StoredPlatformKey>>;

/** A download opened with the merchant's APIv3 key. A merchant without one has the WeChat Pay public key only. */
export const createDownload = (exchange: Exchange, kms: KMSClient, dataKeyArn: string): Download => {
  const downloadCertificates = createCertificateDownload(exchange);
  return async (merchant, { mchid, api_v3_key }, budget, onUnusable) => {
    if (api_v3_key === undefined) return {};
    const apiV3Key = await decryptApiV3Key(kms, dataKeyArn, mchid, api_v3_key);
    return downloadCertificates(merchant, apiV3Key, budget, onUnusable);
  };
};

const sameUse = (a: StoredPlatformKey | undefined, b: StoredPlatformKey): boolean =>
  a?.pem === b.pem && a.not_before === b.not_before && a.not_after === b.not_after;

/**
 * The record with what was downloaded, and without what has expired; the very same record when that changes
 * nothing. Keys that are not in the download stay until they expire: during a rotation both sign. `now` in ms.
 */
export const withDownloaded = (
  record: MerchantRecord,
  downloaded: Record<string, StoredPlatformKey>,
  now: number,
): MerchantRecord => {
  const news = Object.entries(downloaded).filter(([id, key]) => !sameUse(record.platform_keys[id], key));
  const merged = Object.entries({ ...record.platform_keys, ...Object.fromEntries(news) });
  const unexpired = merged.filter(
    ([, { not_after }]) => not_after === undefined || now < Date.parse(not_after),
  );
  if (news.length === 0 && unexpired.length === merged.length) return record;
  return { ...record, platform_keys: Object.fromEntries(unexpired) };
};
