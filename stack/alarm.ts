/** What an alarm is made of; alarms.ts says which there are. Every alarm tells the topic when it rings and when it is over. */
import type { Resource, Resources } from './framework.ts';

/** One metric. `stat` is the statistic that makes a number of a period. */
type Metric = {
  Namespace: string;
  MetricName: string;
  Dimensions: { Name: string; Value: unknown }[];
  stat: string;
};
/** Metric math over metrics by id. */
type MetricMath = { expression: string; metrics: Readonly<Record<string, Metric>> };

/**
 * `says`: one sentence, what is the matter. `page`: its page in docs/runbook/. `above` or `below`: the threshold.
 * `period`: in seconds; `periods` of the last `of` must breach. `missing`: what a period without data counts as. Our
 * counts are only written when there is something to count, and AWS's when there was a call, so by default nothing means
 * nothing wrong.
 */
export type AlarmSpec = {
  says: string;
  page: string;
  watches: Metric | MetricMath;
  period?: number;
  periods?: number;
  of?: number;
  missing?: 'notBreaching' | 'breaching' | 'ignore';
} & ({ above: number; below?: never } | { below: number; above?: never });

/** Alarms by kind (`LambdaErrors`). */
export type AlarmSpecs = Readonly<Record<string, AlarmSpec>>;

/** `ErrorsIn30Days` → `errors-in-30-days`. */
const kebab = (words: string): string =>
  words.replaceAll(/(?<=[a-z0-9])(?=[A-Z])|(?<=[a-z])(?=\d)/g, '-').toLowerCase();

export const metric = (
  Namespace: string,
  MetricName: string,
  dimensions: Readonly<Record<string, unknown>>,
  stat: string,
): Metric => ({
  Namespace,
  MetricName,
  Dimensions: Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value })),
  stat,
});

const query = (Id: string, { stat, ...Metric }: Metric, Period: number) => ({
  Id,
  MetricStat: { Metric, Period, Stat: stat },
  ReturnData: false,
});

/** Where one of the metrics has no data there is no result, which counts as `missing` says. */
const mathOf = ({ expression, metrics }: MetricMath, period: number) => ({
  Metrics: [
    { Id: 'result', Expression: expression, ReturnData: true },
    ...Object.entries(metrics).map(([id, each]) => query(id, each, period)),
  ],
});

const watch = (what: Metric | MetricMath, period: number) => {
  if ('expression' in what) return mathOf(what, period);
  const { stat, ...rest } = what;
  return { ...rest, Statistic: stat, Period: period };
};

/**
 * The share in per cent that `part` has of `whole`, both sums of metrics by id; 0 while `part` is below `least`, so that
 * one failure in a quiet night is not 100 %. Whoever writes `part` writes `whole` at the same time, 0 where it is nothing
 * (COMPARED in lib/telemetry.ts): FILL fills gaps of a metric that has data, and may make nothing of one that has none.
 */
export const share = <Id extends string>(
  part: readonly Id[],
  whole: readonly Id[],
  least: number,
  metrics: Readonly<Record<Id, Metric>>,
): MetricMath => {
  const sum = (ids: readonly Id[]) => ids.join(' + ');
  return {
    expression: `IF(${sum(part)} >= ${least}, 100 * (${sum(part)}) / (${sum(whole)}), 0)`,
    metrics,
  };
};

const alarm = (
  name: string,
  {
    says,
    page,
    watches,
    above,
    below,
    period = 300,
    periods = 1,
    of = periods,
    missing = 'notBreaching',
  }: AlarmSpec,
): Resource => ({
  Type: 'AWS::CloudWatch::Alarm',
  // Until then nobody would hear it.
  DependsOn: ['AlarmTopicPolicy'],
  Properties: {
    AlarmName: name,
    AlarmDescription: `${says} docs/runbook/${page}.md`,
    ...watch(watches, period),
    ComparisonOperator: above === undefined ? 'LessThanThreshold' : 'GreaterThanThreshold',
    Threshold: above ?? below,
    EvaluationPeriods: of,
    DatapointsToAlarm: periods,
    TreatMissingData: missing,
    AlarmActions: [{ Ref: 'AlarmTopic' }],
    OKActions: [{ Ref: 'AlarmTopic' }],
  },
});

/** @returns the alarms by logical id (`START + kind + Alarm`), named `prefix-kind`. */
export const alarmsOf = (start: string, prefix: string, specs: AlarmSpecs): Resources =>
  Object.fromEntries(
    Object.entries(specs).map(([kind, spec]) => [
      `${start}${kind}Alarm`,
      alarm(`${prefix}-${kebab(kind)}`, spec),
    ]),
  );
