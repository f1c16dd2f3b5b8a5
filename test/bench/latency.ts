import { startBundle } from '../support/bundles.ts';
import { etcEvent } from './etc.ts';
import { ms, type Row } from './report.ts';
import { KMS_MS, type Servers, WECHATPAY_MS } from './server-process.ts';
import { median, percentile, spread } from './stats.ts';

const ROUND_TRIPS_MS = KMS_MS + WECHATPAY_MS;
const WARM_UP = 30;
const REQUESTS = 300;
const COLD_STARTS = 15;

/** Latency of a warm process with KMS and WeChat Pay far away, in units of their round trips. */
const warm = async (bundle: string, { distantEnv, order }: Servers): Promise<number[]> => {
  const lambda = await startBundle(bundle, distantEnv);
  await lambda.repeat(etcEvent, WARM_UP);
  await order('clear');
  const { latenciesMs } = await lambda.repeat(etcEvent, REQUESTS);
  await lambda.close();
  return latenciesMs;
};

/** How long the first request of a fresh process takes once its bundle has been loaded. */
const firstRequest = async (bundle: string, { distantEnv }: Servers): Promise<number> => {
  const lambda = await startBundle(bundle, distantEnv);
  const { latenciesMs } = await lambda.repeat(etcEvent, 1);
  await lambda.close();
  return latenciesMs[0] ?? Number.NaN;
};

/** Warm latency, and the first request of cold processes in units of it. The registry knows the platform keys. */
export const latency = async (bundle: string, servers: Servers): Promise<Row[]> => {
  await servers.order('distant');
  const warmMs = await warm(bundle, servers);
  const { heldMs } = await servers.order('counts');
  const first: number[] = [];
  for (let start = 0; start < COLD_STARTS; start += 1) first.push(await firstRequest(bundle, servers));
  await servers.order('near');

  const ratios = warmMs.map((value) => value / ROUND_TRIPS_MS);
  const cold = first.map((value) => value / median(warmMs));
  const held = `WeChat Pay was ${ms(median(heldMs))} away in fact`;
  const shared = { unit: '×', runs: REQUESTS } as const;
  return [
    {
      ...shared,
      figure: `latency p50, to round trips of ${ROUND_TRIPS_MS} ms`,
      measured: median(ratios),
      spread: spread(ratios),
      bar: { kind: 'max', value: 1.05 },
      note: `${ms(median(warmMs))}; ${held}`,
    },
    {
      ...shared,
      figure: `latency p99, to round trips of ${ROUND_TRIPS_MS} ms`,
      measured: percentile(ratios, 0.99),
      bar: { kind: 'max', value: 1.2 },
      note: ms(percentile(warmMs, 0.99)),
    },
    {
      figure: 'first request after the load, to the warm p50',
      measured: median(cold),
      unit: '×',
      runs: COLD_STARTS,
      spread: spread(cold),
      bar: { kind: 'max', value: 1.3 },
      note: `${ms(median(first))} to ${ms(median(warmMs))}`,
    },
  ];
};
