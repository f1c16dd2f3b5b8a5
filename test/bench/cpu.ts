import { startBundle } from '../support/bundles.ts';
import type { Measured } from '../support/measure.ts';
import { startChild } from './child.ts';
import { etcEvent } from './etc.ts';
import { ms, type Row } from './report.ts';
import type { Servers } from './server-process.ts';
import { median, pairedRatios, spread } from './stats.ts';

const ROUNDS = 8;
const WARM_UP = 200;
const REQUESTS = 600;

/**
 * Makes OpenSSL leave the 52-bit vector multiplier alone (AVX-512 IFMA). Few processors have it, none that runs
 * arm64 Lambdas, and it halves what a local RSA signature costs.
 */
const WITHOUT_IFMA = { OPENSSL_ia32cap: ':~0x200000' };

/** Milliseconds of CPU per request of a warm process. */
const ourCpu = async (bundle: string, env: Record<string, string>): Promise<number> => {
  const lambda = await startBundle(bundle, env);
  await lambda.repeat(etcEvent, WARM_UP);
  const { cpuMs } = await lambda.repeat(etcEvent, REQUESTS);
  await lambda.close();
  return cpuMs / REQUESTS;
};

const runnerCpu = async (runner: string, setup: object, env: Record<string, string>): Promise<number> => {
  const { ask, close } = await startChild(runner, env);
  await ask({ setup, times: WARM_UP });
  const { cpuMs } = await ask<Measured>({ setup, times: REQUESTS });
  await close();
  return cpuMs / REQUESTS;
};

/** Fresh processes for each round, against the same servers, the contenders taking turns at going first. */
const compare = async (
  bundle: string,
  { env, sdk, floor, order }: Servers,
  processor: Record<string, string>,
  rounds: number,
) => {
  const contenders = [
    () => ourCpu(bundle, { ...env, ...processor }),
    () => runnerCpu('./floor-runner.ts', floor, processor),
    () => runnerCpu('./sdk-runner.ts', sdk, processor),
  ];
  const spent = contenders.map((): number[] => []);
  for (let round = 0; round < rounds; round += 1) {
    for (let turn = 0; turn < contenders.length; turn += 1) {
      const at = (round + turn) % contenders.length;
      spent[at]?.push((await contenders[at]?.()) ?? Number.NaN);
    }
    await order('clear');
  }
  const [ours = [], ...others] = spent;
  const [toFloor, toSdk] = others.map((theirs) => {
    const ratios = pairedRatios(ours, theirs);
    const note = `${ms(median(ours))} to ${ms(median(theirs))}`;
    return { measured: median(ratios), unit: '×', runs: rounds, spread: spread(ratios), note } as const;
  });
  if (toFloor === undefined || toSdk === undefined) throw new Error('a contender is missing');
  return { toFloor, toSdk };
};

const FIGURE = 'CPU per request, to';
const SDK = `${FIGURE} wechatpay-axios-plugin`;

export const cpuPerRequest = async (bundle: string, servers: Servers, rounds = ROUNDS): Promise<Row[]> => {
  const { toFloor, toSdk } = await compare(bundle, servers, {}, rounds);
  const rows: Row[] = [
    { ...toFloor, figure: `${FIGURE} the floor`, bar: { kind: 'max', value: 1.25 } },
    { ...toSdk, figure: SDK },
  ];
  if (process.arch !== 'x64') return rows;
  const plain = await compare(bundle, servers, WITHOUT_IFMA, rounds);
  return [...rows, { ...plain.toSdk, figure: `${SDK}, RSA without AVX-512` }];
};
