import { stat } from 'node:fs/promises';
import { endpointFilesIn } from '../../lib/documents/endpoints.ts';
import { type Bundles, startBundle } from '../support/bundles.ts';
import { etcEvent } from './etc.ts';
import type { Row } from './report.ts';
import type { Servers } from './server-process.ts';

const REQUESTS = 100;

/** Figures that are the same on every machine. */
export const bundleSizes = async (bundles: Bundles): Promise<Row[]> =>
  Promise.all(
    (await endpointFilesIn()).map(async ({ file }): Promise<Row> => {
      const { size } = await stat(bundles.file(file));
      const bar = { kind: 'max', value: 450_000 } as const;
      return { figure: `bundle ${file}`, measured: size, unit: 'B', runs: 1, bar };
    }),
  );

/** Calls per sign-up of a warm process, counted by those who are called. */
export const callsPerSignUp = async (bundle: string, { env, order }: Servers): Promise<Row[]> => {
  const lambda = await startBundle(bundle, env);
  await lambda.repeat(etcEvent, 1);
  await order('clear');
  await lambda.repeat(etcEvent, REQUESTS);
  await lambda.close();
  const counts = await order('counts');
  const row = (service: string, calls: number, value: number): Row => ({
    figure: `calls per warm sign-up to ${service}`,
    measured: calls / REQUESTS,
    unit: 'calls',
    runs: REQUESTS,
    bar: { kind: 'exactly', value },
  });
  return [
    row('KMS', counts.kms, 1),
    row('WeChat Pay', counts.wechatpay, 1),
    row('DynamoDB', counts.dynamodb, 0),
  ];
};
