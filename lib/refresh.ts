import { errorFields } from './error-fields.ts';
import { asPresignError, fault } from './errors.ts';
import { type Download, withDownloaded } from './merchants/download.ts';
import { parseKeys } from './merchants/entry.ts';
import type { SignWith } from './merchants/kms-signer.ts';
import { merchantOf } from './merchants/merchant.ts';
import type { MerchantRecord } from './merchants/record.ts';
import type { Registry } from './merchants/registry.ts';
import { reportTrouble } from './merchants/report-trouble.ts';
import type { Telemetry } from './telemetry.ts';
import type { Budget } from './wechatpay/exchange.ts';
import type { StoredPlatformKey } from './wechatpay/platform-keys.ts';

/** Merchants looked after at a time: quick for hundreds, and far from WeChat Pay's and KMS's limits. */
const CONCURRENCY = 5;
/** Writes lost to somebody else before one merchant is given up until the next run. */
const MAX_RACES = 3;
const DAY_MS = 86_400_000;

/** What became of each merchant. `skipped`: not set up completely yet. */
export type RefreshReport = {
  refreshed: string[];
  skipped: string[];
  failed: { mchid: string; reason: string }[];
};

export type RefreshOptions = {
  registry: Registry;
  sign: SignWith;
  download: Download;
  telemetry: Telemetry;
  /** Milliseconds since the epoch. */
  now?: () => number;
};

const isCertificate = ({ kind }: StoredPlatformKey): boolean => kind === 'CERTIFICATE';

/** Days until the last certificate ends; undefined for a merchant that has none. */
const daysToExpiry = ({ platform_keys }: MerchantRecord, now: number): number | undefined => {
  const ends = Object.values(platform_keys)
    .filter(isCertificate)
    .map(({ not_after }) => Date.parse(not_after ?? ''));
  return ends.length > 0 ? (Math.max(...ends) - now) / DAY_MS : undefined;
};

/** Runs `work` on every item, a few at a time. */
const forEachOf = async (
  items: AsyncIterable<string>,
  work: (item: string) => Promise<void>,
): Promise<void> => {
  const iterator = items[Symbol.asyncIterator]();
  const worker = async (): Promise<void> => {
    for (let next = await iterator.next(); !next.done; next = await iterator.next()) await work(next.value);
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, worker));
};

/**
 * @returns the job that looks for new platform certificates of the given merchants and stores them. One merchant's
 *   failure is reported, and hurts no other. Rejects only when `mchids` does.
 */
export const createRefresh = ({ registry, sign, download, telemetry, now = Date.now }: RefreshOptions) => {
  const onTrouble = reportTrouble(telemetry);

  const store = async (seen: MerchantRecord, budget: Budget): Promise<MerchantRecord> => {
    const merchant = merchantOf(seen, parseKeys(seen, onTrouble), sign);
    const news = await download(merchant, seen, budget, (error) => onTrouble(seen.mchid, error));
    let record = seen;
    for (let races = 0; races < MAX_RACES; races += 1) {
      const next = withDownloaded(record, news, now());
      const { platform_keys } = next;
      if (next === record || (await registry.update(record, { platform_keys }))) return next;
      record = (await registry.read(record.mchid)) ?? record;
    }
    throw fault('SERVICE_UNAVAILABLE', 'registry_unavailable');
  };

  const gauge = (record: MerchantRecord, refreshedAt: number): void => {
    const { mchid, certificate_not_after } = record;
    const days = daysToExpiry(record, now());
    if (days !== undefined) telemetry.gauge('PlatformCertificateDaysToExpiry', days, mchid);
    if (certificate_not_after !== undefined) {
      const left = (Date.parse(certificate_not_after) - now()) / DAY_MS;
      telemetry.gauge('MerchantCertificateDaysToExpiry', left, mchid);
    }
    if (!Number.isNaN(refreshedAt))
      telemetry.gauge('RefreshAgeHours', (now() - refreshedAt) / 3_600_000, mchid);
  };

  const refreshOne = async (mchid: string, budget: Budget, report: RefreshReport): Promise<void> => {
    let record: MerchantRecord | undefined;
    try {
      record = await registry.read(mchid);
      if (record === undefined) {
        report.skipped.push(mchid);
        return;
      }
      const stored = await store(record, budget);
      await registry.endRefresh(mchid, new Date(now()).toISOString());
      gauge(stored, now());
      report.refreshed.push(mchid);
    } catch (thrown) {
      const error = asPresignError(thrown);
      telemetry.log('error', 'certificate refresh failed', { ...errorFields(error), mchid });
      if (record !== undefined) gauge(record, Date.parse(record.refreshed_at ?? ''));
      report.failed.push({ mchid, reason: error.reason });
    }
  };

  return async (mchids: AsyncIterable<string>, budget: Budget): Promise<RefreshReport> => {
    const report: RefreshReport = { refreshed: [], skipped: [], failed: [] };
    await forEachOf(mchids, (mchid) => refreshOne(mchid, budget, report));
    for (const _ of report.refreshed) telemetry.count('RefreshSucceeded');
    for (const _ of report.failed) telemetry.count('RefreshFailed');
    telemetry.log('info', 'certificate refresh done', {
      refreshed: report.refreshed.length,
      skipped: report.skipped.length,
      failed: report.failed.length,
    });
    return report;
  };
};
