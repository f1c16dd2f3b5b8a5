import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Comparisons } from './comparisons.ts';
import { ms, type Row } from './report.ts';
import { median, pairedRatios, spread } from './stats.ts';

const ROUNDS = 31;

/**
 * Nothing but the load: a runner in TypeScript would warm up parts of Node, and compile in the background. Each is
 * loaded in the cheapest way there is for what it is.
 */
const LOADER = `const [, file] = process.argv;
const require = process.getBuiltinModule('node:module').createRequire(import.meta.url);
const before = process.cpuUsage();
if (file.endsWith('.cjs')) require(file);
else await import(file);
const { user, system } = process.cpuUsage(before);
process.stdout.write(String((user + system) / 1000));
process.exit();`;

/**
 * What a function finds on Lambda, so that ours connects while it loads and that is counted. Nobody listens at the
 * endpoint: what follows the load is not measured here.
 */
const ENV = {
  AWS_LAMBDA_FUNCTION_NAME: 'under-test',
  AWS_REGION: 'cn-north-1',
  AWS_ACCESS_KEY_ID: 'bench',
  AWS_SECRET_ACCESS_KEY: 'bench',
  AWS_ENDPOINT_URL: 'http://127.0.0.1:9',
  MERCHANTS_TABLE: 'merchants',
  OUTCOMES_TABLE: 'outcomes',
  EVENT_BUS_NAME: 'bus',
  DATA_KEY_ARN: 'arn:aws-cn:kms:cn-north-1:111122223333:key/bench',
  WECHATPAY_DEFAULT_MCHID: '1900000001',
};

/** Milliseconds of CPU that a fresh process needs to import the module: what else the machine does is not in it. */
const load = async (file: string): Promise<number> => {
  const args = ['--input-type=module', '--eval', LOADER, file];
  const { stdout } = await promisify(execFile)(process.execPath, args, { env: ENV });
  return Number(stdout);
};

/** Module load in fresh processes, the contenders taking turns and each being first as often as the others. */
export const moduleLoad = async (
  ours: string,
  { kms, kmsAliased, sdk }: Comparisons,
  rounds = ROUNDS,
): Promise<Row[]> => {
  const files = [ours, kms, kmsAliased, sdk];
  const times = files.map((): number[] => []);
  for (const file of files) await load(file);
  for (let round = 0; round < rounds; round += 1) {
    for (let turn = 0; turn < files.length; turn += 1) {
      const at = (round + turn) % files.length;
      times[at]?.push(await load(files[at] ?? ours));
    }
  }
  const [mine = [], ...others] = times;
  const row = (figure: string, at: number, rest: Partial<Row>): Row => {
    const theirs = others[at] ?? [];
    const ratios = pairedRatios(mine, theirs);
    const note = `${ms(median(mine))} to ${ms(median(theirs))}`;
    return {
      figure,
      measured: median(ratios),
      unit: '×',
      runs: rounds,
      spread: spread(ratios),
      note,
      ...rest,
    };
  };
  return [
    row('module load, to wechatpay-axios-plugin', 2, { bar: { kind: 'max', value: 0.85 } }),
    row('module load, to a KMS client with our aliases', 1, { bar: { kind: 'stretch', value: 1.2 } }),
    row('module load, to a KMS client', 0, {}),
  ];
};
