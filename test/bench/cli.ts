import { parseArgs } from 'node:util';
import { passes, type Row, table, verdict } from './report.ts';

export const HELP = `Usage: npm run bench [-- --json] [-- --check]

Measures the Lambdas side by side with the least code that does the same, a bundle of a KMS client and
wechatpay-axios-plugin, all on this machine, and prints a table of ratios. Takes about six minutes; keep the machine quiet meanwhile. What each
figure means is in docs/benchmarks.md.

  --json   print one JSON object instead of the table
  --check  end with status 1 when a bar is missed (a stretch bar aside)
  --help   this text
`;

export type Options = { json: boolean; check: boolean; help: boolean };

/** @throws TypeError for an option nobody knows. */
export const readOptions = (args: string[]): Options => {
  const flag = { type: 'boolean', default: false } as const;
  const { json, check, help } = parseArgs({ args, options: { json: flag, check: flag, help: flag } }).values;
  return { json, check, help };
};

export type Machine = { node: string; cores: number; date: string };

/** What is printed, and the status to end with. */
export const conclude = (rows: readonly Row[], machine: Machine, { json, check }: Options) => ({
  text: json
    ? JSON.stringify({ ...machine, figures: rows.map((row) => ({ ...row, met: verdict(row)?.met })) })
    : table(rows),
  status: check && !passes(rows) ? 1 : 0,
});
