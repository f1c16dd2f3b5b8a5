/** The lines that graphs of the dashboard are made of, for one stage. */
import { type Aside, asideOf, endpointNameOf, METRIC_NAMESPACE } from '../lib/names.ts';
import type { StackEndpoint } from './endpoints.ts';
import { NOTIFICATIONS } from './notification-alarms.ts';
import { REFRESH } from './stage-alarms.ts';
import { type Line, type Look, line } from './widgets.ts';

export type Stage = ReturnType<typeof stageWith>;

export const stageWith = (prefix: string, endpoints: readonly StackEndpoint[]) => {
  const names = endpoints.map(({ name }) => name);
  const ours = (metric: string, endpoint: string, more?: Look) =>
    line(METRIC_NAMESPACE, metric, { service: prefix, endpoint }, more);
  const search = (dimension: string, metric: string, stat: string, period: number): Line[] => {
    const schema = `{${METRIC_NAMESPACE},service,endpoint,${dimension}} MetricName="${metric}" service="${prefix}"`;
    return [[{ expression: `SEARCH('${schema}', '${stat}', ${period})`, id: 'found', label: '' }]];
  };
  return {
    prefix,
    names,
    ours,
    search,
    /** A line for each endpoint, called after it. */
    each: (metric: string, more?: Look) => names.map((name) => ours(metric, name, { label: name, ...more })),
    /** Half of the callers see less than the one, one in a hundred more than the other. */
    percentiles: (metric: string, of = names) =>
      of.flatMap((name) =>
        ['p50', 'p99'].map((stat) => ours(metric, name, { stat, label: `${name} ${stat}` })),
      ),
    queue: (metric: string, aside?: Aside) =>
      names.map((name) => {
        const queue = endpointNameOf(prefix, name);
        const QueueName = aside === undefined ? queue : asideOf(queue, aside);
        return line('AWS/SQS', metric, { QueueName }, { label: name });
      }),
    lambda: (metric: string) =>
      [...names, NOTIFICATIONS, REFRESH].map((name) =>
        line('AWS/Lambda', metric, { FunctionName: endpointNameOf(prefix, name) }, { label: name }),
      ),
  };
};
