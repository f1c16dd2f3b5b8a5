import { isComplete, type MerchantItem } from '../../../lib/merchants/record.ts';
import type { Registry } from '../../../lib/merchants/registry.ts';
import { explain } from '../../explain.ts';
import { table } from '../../output.ts';
import type { MerchantCommand } from './context.ts';

const HEADINGS = ['MCHID', 'STATE', 'MODE', 'CERTIFICATE', 'ENDS', 'REFRESHED', 'VERSION'];

/** Which of WeChat Pay's keys the registry holds for a merchant. */
const modeOf = ({ platform_keys }: MerchantItem): string => {
  const kinds = new Set(Object.values(platform_keys).map(({ kind }) => kind));
  if (kinds.size === 2) return 'both';
  if (kinds.has('PUBLIC_KEY')) return 'public-key';
  return kinds.has('CERTIFICATE') ? 'certificate' : 'none';
};

const summary = (item: MerchantItem) => ({
  mchid: item.mchid,
  complete: isComplete(item),
  pending: item.pending_signing_key_arn !== undefined,
  previous: item.previous !== undefined || item.previous_api_v3_key !== undefined,
  mode: modeOf(item),
  certificate_serial: item.certificate_serial ?? null,
  certificate_not_after: item.certificate_not_after ?? null,
  refreshed_at: item.refreshed_at ?? null,
  version: item.version,
});
type Row = ReturnType<typeof summary> | { mchid: string; error: string };

const stateOf = (row: ReturnType<typeof summary>): string => {
  const state = row.complete ? 'complete' : 'incomplete';
  return [state, ...(row.pending ? ['pending'] : []), ...(row.previous ? ['previous'] : [])].join('+');
};

const dateIn = (text: string | null, length: number): string =>
  text === null ? '-' : Number.isNaN(Date.parse(text)) ? 'no date' : text.slice(0, length);

const cells = (row: Row): string[] =>
  'error' in row
    ? [row.mchid, 'unreadable', '', '', '', '', '']
    : [
        row.mchid,
        stateOf(row),
        row.mode,
        row.certificate_serial ?? '-',
        dateIn(row.certificate_not_after, 10),
        dateIn(row.refreshed_at, 16),
        String(row.version),
      ];

/** The numbers of all merchants, sorted. */
export const allMchids = async ({ list }: Registry): Promise<string[]> => {
  const found: string[] = [];
  for await (const mchid of list()) found.push(mchid);
  return found.sort();
};

export const list: MerchantCommand = {
  help: 'Lists the merchants of a stage: state, mode, certificate and its end, last refresh of platform certificates, version of the item.',
  changes: false,
  run: async ({ registry, stage }) => {
    const rows: Row[] = [];
    for (const mchid of await allMchids(registry)) {
      const item = await registry.readItem(mchid).catch((error: unknown) => ({ error: explain(error) }));
      if (item !== undefined) rows.push('error' in item ? { mchid, error: item.error } : summary(item));
    }
    const problems = rows.flatMap((row) => ('error' in row ? [`${row.mchid}: ${row.error}`] : []));
    const lines =
      rows.length > 0 ? table([HEADINGS, ...rows.map(cells)]) : [`Stage ${stage} has no merchants.`];
    return { ok: problems.length === 0, lines, notes: problems, json: { merchants: rows } };
  },
};
