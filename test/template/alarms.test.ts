import { readFile } from 'node:fs/promises';
import { describe, expect, it } from '@jest/globals';
import { endpointsIn } from '../../lib/documents/endpoints.ts';
import { CONTRACTS, METRIC_NAMESPACE, prefixOf } from '../../lib/names.ts';
import { type Alarm, alarmsIn, kindOf, metricsOf, pageOf, periodOf } from '../support/template/alarm.ts';
import { AWS_METRICS, emittedMetrics, signature } from '../support/template/emitted.ts';
import { ofType, packaged, pascal, propertiesOf } from '../support/template/packaged.ts';

const STAGE = prefixOf('prod');
const REFRESH = 'platformCertificatesRefresh';
const NOTIFICATIONS = 'notifications';
const [resources, emitted] = await Promise.all([packaged(), emittedMetrics()]);
const endpoints = (await endpointsIn()).map(({ name }) => name);
const alarms = alarmsIn(resources);
const all = Object.values(alarms);
const kind = (alarm: Alarm) => kindOf(alarm, [...endpoints, CONTRACTS, REFRESH, NOTIFICATIONS]);
const ofKind = (name: string) => all.filter((alarm) => kind(alarm) === name);
const alarm = (id: string): Alarm => {
  const found = alarms[id];
  if (found === undefined) throw new Error(`no alarm ${id}`);
  return found;
};

describe('every alarm', () => {
  it('tells the topic when it rings and when it is over, and waits until it may', () => {
    const told = [{ Ref: 'AlarmTopic' }];
    expect(all).not.toHaveLength(0);
    for (const { AlarmActions, OKActions } of all)
      expect({ AlarmActions, OKActions }).toEqual({ AlarmActions: told, OKActions: told });
    for (const [, { DependsOn }] of ofType(resources, 'AWS::CloudWatch::Alarm'))
      expect(DependsOn).toEqual(['AlarmTopicPolicy']);
  });

  it('has a name of its own that says which stage and what, and a sentence with its page', () => {
    expect(new Set(all.map(({ AlarmName }) => AlarmName)).size).toBe(all.length);
    for (const each of all) {
      expect(each.AlarmName.startsWith(`${STAGE}-`)).toBe(true);
      expect(pageOf(each)).not.toBe('');
    }
  });

  it('watches metrics that exist, by the dimensions they have', () => {
    for (const each of all) {
      for (const { Namespace, MetricName, Dimensions } of metricsOf(each)) {
        const known = Namespace === METRIC_NAMESPACE ? [...emitted] : (AWS_METRICS[Namespace] ?? []);
        expect(known).toContain(
          signature(
            MetricName,
            Dimensions.map(({ Name }) => Name),
          ),
        );
      }
    }
  });

  it('watches this stage, and what the stage has', () => {
    const named = (type: string, name: string) =>
      ofType(resources, type).map(([, { Properties }]) => Properties[name]);
    const values: Record<string, unknown[]> = {
      service: [STAGE],
      endpoint: [...endpoints, CONTRACTS, REFRESH, NOTIFICATIONS],
      code: ['RATELIMIT_EXCEEDED'],
      QueueName: named('AWS::SQS::Queue', 'QueueName'),
      EventBusName: named('AWS::Events::EventBus', 'Name'),
      RuleName: named('AWS::Events::Rule', 'Name'),
      FunctionName: ofType(resources, 'AWS::Lambda::Function').map(([Ref]) => ({ Ref })),
      ApiId: ofType(resources, 'AWS::ApiGatewayV2::Api').map(([Ref]) => ({ Ref })),
      ScheduleGroup: ofType(resources, 'AWS::Scheduler::Schedule').map(
        ([, { Properties }]) => Properties['GroupName'] ?? 'default',
      ),
    };
    for (const { Name, Value } of all.flatMap(metricsOf).flatMap(({ Dimensions }) => Dimensions))
      expect(values[Name]).toContainEqual(Value);
  });

  it('looks back no further than CloudWatch lets it', () => {
    for (const each of all) {
      const limit = periodOf(each) < 3_600 ? 86_400 : 604_800;
      expect(periodOf(each) * each.EvaluationPeriods).toBeLessThanOrEqual(limit);
      expect(each.DatapointsToAlarm).toBeLessThanOrEqual(each.EvaluationPeriods);
    }
  });
});

it('are as many, and cost as much, as docs/scaling.md reckons with', async () => {
  const page = await readFile(new URL('../../docs/scaling.md', import.meta.url), 'utf8');
  const stated =
    /(\d+)\s+alarms\s+for\s+each\s+pre-sign\s+endpoint,\s+which\s+look\s+at\s+(\d+)\s+metrics,\s+and\s+(\d+)\s+others,\s+which\s+look\s+at\s+(\d+)/.exec(
      page,
    ) ?? [];
  const [, each = 0, eachMetrics = 0, others = 0, otherMetrics = 0] = stated.map(Number);
  expect(all).toHaveLength(each * endpoints.length + others);
  expect(all.flatMap(metricsOf)).toHaveLength(eachMetrics * endpoints.length + otherMetrics);
  expect(page).toContain(`$${((3 * eachMetrics + otherMetrics) * 0.1).toFixed(2)} with three endpoints`);
  expect(ofType(resources, 'AWS::CloudWatch::Dashboard')).toHaveLength(1);
  expect(page).toMatch(/one\s+dashboard\s+at\s+\$3\.00/);
});

describe('the alarms of an endpoint', () => {
  it('are the same for each', () => {
    const of = (name: string) =>
      all.filter(({ AlarmName }) => AlarmName.startsWith(`${STAGE}-${name}-`)).map(kind);
    const [first = '', ...others] = endpoints;
    expect(of(first)).toHaveLength(17);
    for (const name of others) expect(of(name)).toEqual(of(first));
  });

  it('are called what the delivery of a new version asks for', () => {
    for (const name of endpoints) {
      expect(alarm(`${pascal(name)}ErrorsAlarm`)).toMatchObject({ MetricName: 'Errors', Threshold: 0 });
      expect(alarm(`${pascal(name)}VerificationFailedAlarm`)).toMatchObject({
        Threshold: 0,
        EvaluationPeriods: 1,
      });
    }
  });

  it('measure time by the time-outs that the function and its queue really have', () => {
    for (const name of [...endpoints, REFRESH, NOTIFICATIONS]) {
      const { Timeout } = propertiesOf(resources, `${pascal(name)}LambdaFunction`) as { Timeout: number };
      expect(alarm(`${pascal(name)}DurationAlarm`).Threshold).toBeCloseTo(Timeout * 950);
    }
    for (const name of endpoints) {
      const { VisibilityTimeout } = propertiesOf(resources, `${pascal(name)}Queue`) as {
        VisibilityTimeout: number;
      };
      expect(alarm(`${pascal(name)}QueueAgeAlarm`).Threshold).toBe(2 * VisibilityTimeout);
    }
  });

  it.each([
    'dead-letters',
    'undelivered',
    'errors',
    'throttles',
    'kms-refused',
    'kms-throttled',
    'merchant-misconfigured',
    'events-lost',
    'verification-failed',
  ])('%s rings at the first, once', (name) => {
    expect(ofKind(name).length).toBeGreaterThanOrEqual(endpoints.length);
    for (const each of ofKind(name)) {
      expect(each).toMatchObject({
        Threshold: 0,
        ComparisonOperator: 'GreaterThanThreshold',
        Period: 300,
        EvaluationPeriods: 1,
      });
    }
  });
});

describe('the alarms of notifications', () => {
  it('ring for forgeries that keep coming, and stay quiet for a scanner’s few', () => {
    expect(alarm('NotificationsRefusedAlarm')).toMatchObject({
      MetricName: 'NotificationRefused',
      ComparisonOperator: 'GreaterThanThreshold',
      Threshold: 7,
      Period: 900,
      EvaluationPeriods: 1,
    });
  });

  it('ring for what is not told for ten minutes, not for what WeChat Pay sends again at once', () => {
    expect(alarm('NotificationsFailingAlarm')).toMatchObject({
      MetricName: 'NotificationFailed',
      Threshold: 0,
      Period: 300,
      DatapointsToAlarm: 2,
      EvaluationPeriods: 3,
    });
  });

  it('ring before WeChat Pay’s patience of 5 s is over, by what the function itself can hold', () => {
    const { Timeout } = propertiesOf(resources, 'NotificationsLambdaFunction') as { Timeout: number };
    expect(Timeout).toBe(5);
    expect(alarm('NotificationsSlowAlarm')).toMatchObject({
      MetricName: 'Duration',
      Statistic: 'Maximum',
      Threshold: 3_000,
    });
  });
});
