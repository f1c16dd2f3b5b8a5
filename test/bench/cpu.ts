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

const sdkCpu = async (setup: Servers['sdk'], env: Record<string, string>): Promise<number> => {
  const { ask, close } = await startChild('./sdk-runner.ts', env);
  await ask({ setup, times: WARM_UP });
  const { cpuMs } = await ask<Measured>({ setup, times: REQUESTS });
  await close();
  return cpuMs / REQUESTS;
};

/** Fresh processes for each round, against the same servers; who goes first alternates. */
const compare = async (bundle: string, { env, sdk, order }: Servers, processor: Record<string, string>) => {
  const ours: number[] = [];
  const theirs: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const contenders = [
      async () => ours.push(await ourCpu(bundle, { ...env, ...processor })),
      async () => theirs.push(await sdkCpu(sdk, processor)),
    ];
    for (const contender of round % 2 ? contenders.reverse() : contenders) await contender();
    await order('clear');
  }
  const ratios = pairedRatios(ours, theirs);
  const note = `${ms(median(ours))} to ${ms(median(theirs))}`;
  return { measured: median(ratios), unit: '×', runs: ROUNDS, spread: spread(ratios), note } as const;
};

const FIGURE = 'CPU per request, to wechatpay-axios-plugin';

export const cpuPerRequest = async (bundle: string, servers: Servers): Promise<Row[]> => {
  const result = await compare(bundle, servers, {});
  const rows: Row[] = [
    { ...result, figure: FIGURE, bar: { kind: 'max', value: 1 } },
    { ...result, figure: FIGURE, bar: { kind: 'stretch', value: 0.75 } },
  ];
  if (process.arch !== 'x64') return rows;
  const plain = await compare(bundle, servers, WITHOUT_IFMA);
  return [...rows, { ...plain, figure: `${FIGURE}, RSA without AVX-512` }];
};
