import type { SQSEvent, SQSRecord } from 'aws-lambda';
import { type BundleProcess, startBundle } from '../support/bundles.ts';
import { etcRequest } from './etc.ts';
import { ms, type Row } from './report.ts';
import type { Servers } from './server-process.ts';
import { median, pairedRatios, spread } from './stats.ts';

const BATCH = 10;
const WARM_UP = 10;
const ROUNDS = 60;

let sent = 0;

/** A message as the event source mapping hands it over, each asking for a pre-sign of its own. */
export const record = (): SQSRecord => {
  sent += 1;
  return {
    messageId: `message-${sent}`,
    receiptHandle: 'handle',
    body: JSON.stringify({ request_id: `bench-${sent}`, body: etcRequest }),
    attributes: {
      ApproximateReceiveCount: '1',
      SentTimestamp: '0',
      SenderId: 'bench',
      ApproximateFirstReceiveTimestamp: '0',
    },
    messageAttributes: {},
    md5OfBody: '',
    eventSource: 'aws:sqs',
    eventSourceARN: 'arn:aws-cn:sqs:cn-north-1:111122223333:bench',
    awsRegion: 'cn-north-1',
  };
};

/** Milliseconds of one invocation; what did not succeed has no latency worth knowing. */
const invoke = async (lambda: BundleProcess, records: number): Promise<number> => {
  const event: SQSEvent = { Records: Array.from({ length: records }, record) };
  const started = performance.now();
  const answer: unknown = await lambda.invoke(event);
  const latency = performance.now() - started;
  if (JSON.stringify(answer) !== '{"batchItemFailures":[]}')
    throw new Error('a pre-sign of the batch failed');
  return latency;
};

/** A batch of ten and a batch of one taking turns in one warm process, everybody it calls being far away. */
export const batchLatency = async (bundle: string, { distantEnv, order }: Servers): Promise<Row> => {
  await order('distant');
  const lambda = await startBundle(bundle, distantEnv);
  for (let i = 0; i < WARM_UP; i += 1) await invoke(lambda, BATCH);
  const one: number[] = [];
  const ten: number[] = [];
  for (let i = 0; i < ROUNDS; i += 1) {
    one.push(await invoke(lambda, 1));
    ten.push(await invoke(lambda, BATCH));
  }
  await lambda.close();
  await order('near');
  const ratios = pairedRatios(ten, one);
  return {
    figure: 'SQS batch of 10, to a batch of 1',
    measured: median(ratios),
    unit: '×',
    runs: ROUNDS,
    spread: spread(ratios),
    bar: { kind: 'max', value: 1.3 },
    note: `${ms(median(ten))} to ${ms(median(one))}`,
  };
};
