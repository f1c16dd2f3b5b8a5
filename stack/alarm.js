/** What an alarm is made of; alarms.js says which there are. Every alarm tells the topic when it rings and when it is over. */

export const NAMESPACE = 'WechatPayPresign';

/** `ErrorsIn30Days` → `errors-in-30-days`. */
const kebab = (words) => words.replaceAll(/(?<=[a-z0-9])(?=[A-Z])|(?<=[a-z])(?=\d)/g, '-').toLowerCase();

/** One metric. `stat` is the statistic that makes a number of a period. */
export const metric = (Namespace, MetricName, dimensions, stat) => ({
  Namespace,
  MetricName,
  Dimensions: Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value })),
  stat,
});

const query = (Id, { stat, ...Metric }, Period) => ({
  Id,
  MetricStat: { Metric, Period, Stat: stat },
  ReturnData: false,
});

/** Metric math over metrics by id. Where one of them has no data there is no result, which counts as `missing` says. */
const mathOf = ({ expression, metrics }, period) => ({
  Metrics: [
    { Id: 'result', Expression: expression, ReturnData: true },
    ...Object.entries(metrics).map(([id, each]) => query(id, each, period)),
  ],
});

const watch = (what, period) => {
  if ('expression' in what) return mathOf(what, period);
  const { stat, ...rest } = what;
  return { ...rest, Statistic: stat, Period: period };
};

/**
 * The share in per cent that `part` has of `whole`, both sums of metrics by id; 0 while `part` is below `least`, so that
 * one failure in a quiet night is not 100 %. Whoever writes `part` writes `whole` at the same time, 0 where it is nothing
 * (COMPARED in lib/telemetry.ts): FILL fills gaps of a metric that has data, and may make nothing of one that has none.
 */
export const share = (part, whole, least, metrics) => {
  const sum = (ids) => ids.join(' + ');
  return {
    expression: `IF(${sum(part)} >= ${least}, 100 * (${sum(part)}) / (${sum(whole)}), 0)`,
    metrics,
  };
};

/**
 * @param says one sentence: what is the matter.
 * @param page its page in docs/runbook/.
 * @param above,below the threshold; one of them.
 * @param period in seconds; `periods` of the last `of` must breach.
 * @param missing what a period without data counts as. Our counts are only written when there is something to count,
 *   and AWS's when there was a call, so by default nothing means nothing wrong.
 */
const alarm = (
  name,
  { says, page, watches, above, below, period = 300, periods = 1, of = periods, missing = 'notBreaching' },
) => ({
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

/**
 * @param specs alarms by kind (`LambdaErrors`).
 * @returns them by logical id (`START + kind + Alarm`), named `prefix-kind`.
 */
export const alarmsOf = (start, prefix, specs) =>
  Object.fromEntries(
    Object.entries(specs).map(([kind, spec]) => [
      `${start}${kind}Alarm`,
      alarm(`${prefix}-${kebab(kind)}`, spec),
    ]),
  );
