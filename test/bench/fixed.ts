import { type BundleProcess, startBundle } from '../support/bundles.ts';
import { loadedFor } from '../support/loaded.ts';
import { record } from './batch.ts';
import { ETC_PATH, etcEvent, etcRequest, eventFor } from './etc.ts';
import { payeeEvent } from './payee.ts';
import type { Row } from './report.ts';
import type { Servers } from './server-process.ts';

const REQUESTS = 100;
const FEW = 10;

/** Bytes that Node reads of the bundle until a fresh process has answered a request of API Gateway's. */
export const bytesLoaded = async (bundle: string, { env }: Servers): Promise<Row> => {
  const { bytes } = await loadedFor(structuredClone(etcEvent), bundle, env);
  const bar = { kind: 'max', value: 320_000 } as const;
  return { figure: 'bytes loaded to answer API Gateway', measured: bytes, unit: 'B', runs: 1, bar };
};

let keys = 0;
const keyedEvent = () => {
  keys += 1;
  return eventFor(ETC_PATH, etcRequest, { 'idempotency-key': `bench-${keys}` });
};

/** By event: a batch is one invocation, of as many pre-signs. */
const handleBatch = async (lambda: BundleProcess, records: number): Promise<void> => {
  const answer: unknown = await lambda.invoke({ Records: Array.from({ length: records }, record) });
  if (JSON.stringify(answer) !== '{"batchItemFailures":[]}') throw new Error('a message of a batch failed');
};

/** Calls of a warm process per pre-sign, counted by those who are called. */
export const callsPerPresign = async (etc: string, payee: string, servers: Servers): Promise<Row[]> => {
  const { env, order } = servers;
  const lambda = await startBundle(etc, env);
  const count = async (times: number, presign: (times: number) => Promise<unknown>) => {
    await presign(1);
    await order('clear');
    await presign(times);
    return order('counts');
  };
  const each = (process: BundleProcess, make: () => unknown) => (times: number) =>
    process.repeat(Array.from({ length: times }, make), times);
  const http = await count(REQUESTS, (times) => lambda.repeat(etcEvent, times));
  const keyed = await count(FEW, each(lambda, keyedEvent));
  const byEvent = await count(FEW, (times) => handleBatch(lambda, times));
  await lambda.close();
  // Not before: what loads looks at the registry, and would be counted with the other's calls.
  const payees = await startBundle(payee, env);
  const launched = await count(FEW, each(payees, payeeEvent));
  await payees.close();
  const row = (what: string, calls: number, runs: number, value: number): Row => ({
    figure: `calls per warm pre-sign to ${what}`,
    measured: calls / runs,
    unit: 'calls',
    runs,
    bar: { kind: 'exactly', value },
  });
  return [
    row('KMS', http.kms, REQUESTS, 1),
    row('WeChat Pay', http.wechatpay, REQUESTS, 1),
    row('DynamoDB', http.dynamodb, REQUESTS, 0),
    row('DynamoDB, with an Idempotency-Key', keyed.dynamodb, FEW, 2),
    row('DynamoDB, by event', byEvent.dynamodb, FEW, 2),
    row('KMS, for a payee with a signed launch', launched.kms, FEW, 2),
  ];
};
