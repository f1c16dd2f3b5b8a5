/** The alarms of calls to WeChat Pay: what pre-signs and calls about contracts have in common, and those of the latter. */
import { CONTRACTS, endpointNameOf, METRIC_NAMESPACE } from '../lib/names.ts';
import { type AlarmSpecs, alarmsOf, metric, share } from './alarm.ts';
import type { Resources } from './framework.ts';

/** The metrics of ours that bear the name of `endpoint`. */
export const oursOf =
  (prefix: string, endpoint: string) =>
  (metricName: string, stat = 'Sum', more = {}) =>
    metric(METRIC_NAMESPACE, metricName, { service: prefix, endpoint, ...more }, stat);

/** Who is who: WeChat Pay to us, and we to KMS and WeChat Pay. Each rings at the first. */
export const credentialAlarms = (ours: ReturnType<typeof oursOf>): AlarmSpecs => ({
  // One is enough for this: it is also what takes a new version back while its traffic is being moved there.
  VerificationFailed: {
    says: 'An answer was not signed by WeChat Pay and has been thrown away.',
    page: 'verification-failed',
    watches: ours('VerificationFailed'),
    above: 0,
  },
  KmsRefused: {
    says: 'KMS will not sign until somebody acts.',
    page: 'kms-refused',
    watches: ours('KmsRefused'),
    above: 0,
  },
  MerchantMisconfigured: {
    says: 'Requests fail by the set-up of a merchant, and will until somebody acts.',
    page: 'merchant-misconfigured',
    watches: ours('MerchantMisconfigured'),
    above: 0,
  },
});

/** What is in memory stays in use, so one failed look hurts nobody. */
export const memoryAlarms = (ours: ReturnType<typeof oursOf>): AlarmSpecs => ({
  MerchantRefreshFailed: {
    says: 'The function cannot renew what it knows of a merchant.',
    page: 'merchant-refresh-failed',
    watches: ours('MerchantRefreshFailed'),
    above: 0,
    periods: 2,
    of: 6,
  },
});

/** One set for all contract endpoints, which count as one. Their crashes and throttles are the API's 5xx. */
export const contractAlarms = (prefix: string): Resources => {
  const ours = oursOf(prefix, CONTRACTS);
  return alarmsOf('Contracts', endpointNameOf(prefix, CONTRACTS), {
    CallsFailing: {
      says: 'More than 5 % of the calls about contracts fail with a 5xx.',
      page: 'contract-calls-failing',
      watches: share(['failed'], ['failed', 'refused', 'succeeded'], 5, {
        failed: ours('ContractCallFailed'),
        refused: ours('ContractCallRefused'),
        succeeded: ours('ContractCallSucceeded'),
      }),
      above: 5,
      periods: 2,
      of: 3,
    },
    ...credentialAlarms(ours),
  });
};
