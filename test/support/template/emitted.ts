import { METRIC_NAMESPACE } from '../../../lib/names.ts';
import { ERROR_METRIC, GAUGES, METRICS } from '../../../lib/telemetry.ts';
import { runModule } from '../protocol.ts';

type Embedded = Record<string, unknown> & {
  _aws: {
    CloudWatchMetrics: { Namespace: string; Dimensions: string[][]; Metrics: { Name: string }[] }[];
  };
};

/** A metric as CloudWatch tells it from others: its name, and the names of its dimensions. */
export const signature = (name: string, dimensions: readonly string[]): string =>
  `${name} by ${[...dimensions].sort().join(', ')}`;

const telemetry = String(new URL('../../../lib/telemetry.ts', import.meta.url));

/** The lines that lib/telemetry.ts writes when `code` uses it. */
const written = async (code: string): Promise<Embedded[]> => {
  const { stdout } = await runModule(
    `
      import { createTelemetry } from '${telemetry}';
      const telemetry = createTelemetry('e');
      ${code}
    `,
    { AWS_LAMBDA_FUNCTION_NAME: 'f', POWERTOOLS_SERVICE_NAME: 's' },
  );
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Embedded);
};

/** What CloudWatch knows, as the sum of each metric of the endpoint, after `times` flushes of what `code` counts. */
export const sumsAfter = async (times: number, code: string): Promise<Map<string, number>> => {
  const sums = new Map<string, number>();
  for (const line of await written(`for (let n = 0; n < ${times}; n += 1) { ${code}; telemetry.flush(); }`))
    for (const { Name } of line._aws.CloudWatchMetrics.flatMap(({ Metrics }) => Metrics))
      for (const value of [line[Name]].flat()) sums.set(Name, (sums.get(Name) ?? 0) + Number(value));
  return sums;
};

/** Every metric that lib/telemetry.ts can write, taken from the lines it writes. */
export const emittedMetrics = async (): Promise<Set<string>> => {
  const lines = await written(`
    for (const metric of ${JSON.stringify(METRICS)}) telemetry.count(metric);
    for (const metric of ${JSON.stringify(GAUGES)}) telemetry.gauge(metric, 1, '1900000001');
    telemetry.countError({ code: 'C', reason: 'internal' });
    telemetry.flush();
  `);
  return new Set(
    lines
      .flatMap(({ _aws }) => _aws.CloudWatchMetrics)
      .filter(({ Namespace }) => Namespace === METRIC_NAMESPACE)
      .flatMap(({ Dimensions, Metrics }) =>
        Metrics.flatMap(({ Name }) => Dimensions.map((dimensions) => signature(Name, dimensions))),
      ),
  );
};

/** Of AWS's own metrics those we use, with the dimensions AWS documents for them. */
export const AWS_METRICS: Record<string, readonly string[]> = {
  'AWS/SQS': [
    'ApproximateNumberOfMessagesVisible',
    'ApproximateNumberOfMessagesNotVisible',
    'ApproximateAgeOfOldestMessage',
  ].map((name) => signature(name, ['QueueName'])),
  'AWS/Events': ['FailedInvocations', 'InvocationsFailedToBeSentToDlq', 'ThrottledRules'].map((name) =>
    signature(name, ['EventBusName', 'RuleName']),
  ),
  'AWS/Lambda': [
    ...['Errors', 'Throttles', 'Duration', 'ConcurrentExecutions'].map((name) =>
      signature(name, ['FunctionName']),
    ),
    signature('ClaimedAccountConcurrency', []),
  ],
  'AWS/ApiGateway': ['4xx', '5xx', 'Count', 'Latency'].map((name) => signature(name, ['ApiId'])),
  'AWS/Scheduler': ['TargetErrorCount', 'InvocationDroppedCount'].map((name) =>
    signature(name, ['ScheduleGroup']),
  ),
};

/** What alarms and dashboard may be about, and what they should not leave out. */
export const OURS: readonly string[] = [...METRICS, ...GAUGES, ERROR_METRIC];
