import { CONTRACTS } from '../lib/names.ts';
import type { Stage } from './dashboard-lines.ts';
import { graph, type Row, section } from './widgets.ts';

/** How the calls about contracts go, of all endpoints together: they count as one. */
export const contracts = ({ ours, percentiles }: Stage): Row[] => {
  const lines = (metrics: readonly string[]) =>
    metrics.map((metric) => ours(metric, CONTRACTS, { label: metric }));
  return section('Contracts: queries and ends, all endpoints together', [
    graph('How they ended', lines(['ContractCallSucceeded', 'ContractCallRefused', 'ContractCallFailed'])),
    graph(
      'What goes wrong',
      lines(['WechatPayRetry', 'MerchantMisconfigured', 'VerificationFailed', 'KmsRefused']),
    ),
    graph('One attempt at WeChat Pay (ms)', percentiles('WechatPayLatency', [CONTRACTS])),
  ]);
};
