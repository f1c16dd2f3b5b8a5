import { ERROR_METRIC, GAUGES, METRICS } from '../../lib/telemetry.ts';
import { runModule } from '../lib/support.ts';

export const NAMESPACE = 'WechatPayPresign';

type Embedded = {
  _aws: {
    CloudWatchMetrics: { Namespace: string; Dimensions: string[][]; Metrics: { Name: string }[] }[];
  };
};

/** A metric as CloudWatch tells it from others: its name, and the names of its dimensions. */
export const signature = (name: string, dimensions: readonly string[]): string =>
  `${name} by ${[...dimensions].sort().join(', ')}`;

const telemetry = String(new URL('../../lib/telemetry.ts', import.meta.url));

/** Every metric that lib/telemetry.ts can write, taken from the lines it writes. */
export const emittedMetrics = async (): Promise<Set<string>> => {
  const { stdout } = await runModule(
    `
      import { createTelemetry } from '${telemetry}';
      const telemetry = createTelemetry('e');
      for (const metric of ${JSON.stringify(METRICS)}) telemetry.count(metric);
      for (const metric of ${JSON.stringify(GAUGES)}) telemetry.gauge(metric, 1, '1900000001');
      telemetry.countError({ code: 'C', reason: 'internal' });
      telemetry.flush();
    `,
    { AWS_LAMBDA_FUNCTION_NAME: 'f', POWERTOOLS_SERVICE_NAME: 's' },
  );
  const lines = stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Embedded);
  return new Set(
    lines
      .flatMap(({ _aws }) => _aws.CloudWatchMetrics)
      .filter(({ Namespace }) => Namespace === NAMESPACE)
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
