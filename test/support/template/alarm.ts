import { prefixOf } from '../../../lib/names.ts';
import { ofType, type Resources } from './packaged.ts';

export type Dimension = { Name: string; Value: unknown };
export type Metric = { Namespace: string; MetricName: string; Dimensions: Dimension[] };
export type Query = {
  Id: string;
  Expression?: string;
  MetricStat?: { Metric: Metric; Period: number; Stat: string };
  ReturnData: boolean;
};
export type Alarm = Partial<Metric> & {
  AlarmName: string;
  AlarmDescription: string;
  AlarmActions: unknown;
  OKActions: unknown;
  Metrics?: Query[];
  Statistic?: string;
  Period?: number;
  EvaluationPeriods: number;
  DatapointsToAlarm: number;
  Threshold: number;
  ComparisonOperator: string;
  TreatMissingData: string;
};

/** The alarms of the template by logical id. */
export const alarmsIn = (resources: Resources): Record<string, Alarm> =>
  Object.fromEntries(
    ofType(resources, 'AWS::CloudWatch::Alarm').map(([id, { Properties }]) => [id, Properties as Alarm]),
  );

/** The metrics that an alarm looks at, be it one or an expression over several. */
export const metricsOf = ({ Metrics, Namespace, MetricName, Dimensions }: Alarm): Metric[] =>
  Metrics?.flatMap(({ MetricStat }) => (MetricStat ? [MetricStat.Metric] : [])) ?? [
    { Namespace: Namespace ?? '', MetricName: MetricName ?? '', Dimensions: Dimensions ?? [] },
  ];

export const periodOf = ({ Metrics, Period }: Alarm): number =>
  Period ?? Metrics?.find(({ MetricStat }) => MetricStat)?.MetricStat?.Period ?? 0;

/** The page an alarm's description ends with. */
export const pageOf = ({ AlarmDescription }: Alarm): string =>
  /^[A-Z][^.]*\. docs\/runbook\/([a-z0-9-]+\.md)$/.exec(AlarmDescription)?.[1] ?? '';

/** What an alarm is about, apart from the stage and the function: `PREFIX-FUNCTION-errors` → `errors`. */
export const kindOf = ({ AlarmName }: Alarm, functions: readonly string[]): string =>
  AlarmName.replace(`${prefixOf('prod')}-`, '').replace(new RegExp(`^(?:${functions.join('|')})-`), '');

/**
 * The alarm's own metric math, for one period. A metric that is left out has no data, and then there is no result either:
 * CloudWatch documents no more than that FILL fills missing values, not that it makes some where there are none at all.
 */
export const evaluate = (
  { Metrics = [] }: Alarm,
  data: Record<string, number | undefined>,
): number | undefined => {
  const expression = Metrics.find(({ ReturnData }) => ReturnData)?.Expression ?? '';
  const names = Metrics.flatMap(({ Id, MetricStat }) => (MetricStat ? [Id] : []));
  const calculate = new Function('IF', ...names, `return ${expression};`);
  const either = (condition: boolean, yes: number, no: number) => (condition ? yes : no);
  const values = names.map((name) => data[name]);
  return values.includes(undefined) ? undefined : (calculate(either, ...values) as number);
};
