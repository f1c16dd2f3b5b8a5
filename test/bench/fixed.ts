import { startBundle } from '../support/bundles.ts';
import { payload2 } from '../support/events.ts';
import { loadedFor } from '../support/loaded.ts';
import { ETC_PATH, etcEvent, etcRequest } from './etc.ts';
import type { Row } from './report.ts';
import type { Servers } from './server-process.ts';

const REQUESTS = 100;
const KEYED = 10;

const withKey = (key: string) =>
  payload2({
    path: ETC_PATH,
    body: JSON.stringify(etcRequest),
    headers: { 'content-type': 'application/json', 'idempotency-key': key },
  });

/** Bytes that Node reads of the bundle until a fresh process has answered a request of API Gateway's. */
export const bytesLoaded = async (bundle: string, { env }: Servers): Promise<Row> => {
  const { bytes } = await loadedFor(structuredClone(etcEvent), bundle, env);
  const bar = { kind: 'max', value: 320_000 } as const;
  return { figure: 'bytes loaded to answer API Gateway', measured: bytes, unit: 'B', runs: 1, bar };
};

/** Calls per pre-sign of a warm process, counted by those who are called. */
export const callsPerPresign = async (bundle: string, { env, order }: Servers): Promise<Row[]> => {
  const lambda = await startBundle(bundle, env);
  await lambda.repeat(etcEvent, 1);
  await order('clear');
  await lambda.repeat(etcEvent, REQUESTS);
  const counts = await order('counts');
  await order('clear');
  for (let n = 0; n < KEYED; n += 1) {
    const { statusCode } = await lambda.invoke(withKey(`bench-${n}`));
    if (statusCode !== 200) throw new Error(`answered ${statusCode}`);
  }
  const keyed = await order('counts');
  await lambda.close();
  const row = (what: string, calls: number, runs: number, value: number): Row => ({
    figure: `calls per warm pre-sign to ${what}`,
    measured: calls / runs,
    unit: 'calls',
    runs,
    bar: { kind: 'exactly', value },
  });
  return [
    row('KMS', counts.kms, REQUESTS, 1),
    row('WeChat Pay', counts.wechatpay, REQUESTS, 1),
    row('DynamoDB', counts.dynamodb, REQUESTS, 0),
    row('DynamoDB, with an Idempotency-Key', keyed.dynamodb, KEYED, 2),
  ];
};
