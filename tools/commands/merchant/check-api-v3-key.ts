import { asPresignError, type PresignError } from '../../../lib/errors.ts';
import { createDownload } from '../../../lib/merchants/download.ts';
import type { MerchantRecord } from '../../../lib/merchants/record.ts';
import type { Budget, Exchange, Merchant } from '../../../lib/wechatpay/exchange.ts';
import type { StoredPlatformKey } from '../../../lib/wechatpay/platform-keys.ts';
import { explain } from '../../explain.ts';
import { type Finding, fail, ok, warn } from './check-finding.ts';
import type { Context } from './context.ts';

const PATIENCE_MS = 15_000;

/** The time that one call of a check has. */
export const budget = (): Budget => {
  const end = performance.now() + PATIENCE_MS;
  return { remainingMs: () => end - performance.now() };
};

/** What came of trying the stored APIv3 key. `certificates`: those that it opened. */
export type ApiV3KeyCheck = { finding: Finding; certificates: Record<string, StoredPlatformKey> };

const hasPublicKey = ({ platform_keys }: MerchantRecord): boolean =>
  Object.values(platform_keys).some(({ kind }) => kind === 'PUBLIC_KEY');

const judgeMissingKey = (record: MerchantRecord): Finding =>
  hasPublicKey(record)
    ? ok(
        'api-v3-key',
        'no APIv3 key is stored: this merchant uses the WeChat Pay public key only, which is normal; to get notifications it needs one: set-api-v3-key',
      )
    : fail('api-v3-key', 'neither an APIv3 key nor a public key is stored: set-api-v3-key or set-public-key');

const judgeOpened = (record: MerchantRecord, found: number, unusable: number): Finding => {
  if (unusable > 0) {
    const text = `of WeChat Pay's certificates ${unusable} cannot be read or have another key than RSA with 2048 bits; ${found} are used`;
    return warn('api-v3-key', text);
  }
  if (found > 0) return ok('api-v3-key', `the APIv3 key opens WeChat Pay's certificates (${found})`);
  return hasPublicKey(record)
    ? ok('api-v3-key', 'WeChat Pay has no platform certificates for this merchant, which is normal')
    : fail('api-v3-key', 'WeChat Pay has no platform certificates for this merchant: set-public-key');
};

const judgeFailure = (error: PresignError): Finding =>
  error.reason === 'merchant_misconfigured'
    ? fail(
        'api-v3-key',
        "the APIv3 key is not the one of the merchant platform, or not this stage's: set-api-v3-key",
      )
    : warn('api-v3-key', `could not be tried: ${explain(error)}`);

/** Whether the stored APIv3 key opens what WeChat Pay seals with it; also whether the merchant can do without. */
export const checkApiV3Key = async (
  { kms, dataKey }: Context,
  merchant: Merchant,
  record: MerchantRecord,
  exchange: Exchange,
): Promise<ApiV3KeyCheck> => {
  if (record.api_v3_key === undefined) return { finding: judgeMissingKey(record), certificates: {} };
  let unusable = 0;
  try {
    const download = createDownload(exchange, kms, dataKey);
    const certificates = await download(merchant, record, budget(), () => (unusable += 1));
    return { finding: judgeOpened(record, Object.keys(certificates).length, unusable), certificates };
  } catch (thrown) {
    return { finding: judgeFailure(asPresignError(thrown)), certificates: {} };
  }
};
