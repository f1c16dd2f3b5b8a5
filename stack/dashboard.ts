/**
 * One page that tells, from top to bottom: does anything ring, do people get pre-signed, how fast, what goes wrong, what
 * waits, what WeChat Pay tells, how the functions run, how long the certificates last.
 */
import { asideOf, endpointNameOf } from '../lib/names.ts';
import { resources as alarmResources } from './alarms.ts';
import { contracts } from './dashboard-contracts.ts';
import { type Stage, stageWith } from './dashboard-lines.ts';
import { stackOf } from './endpoints.ts';
import type { Resources, Variables } from './framework.ts';
import { NOTIFICATIONS } from './notification-alarms.ts';
import { REFRESH } from './stage-alarms.ts';
import { graph, HEIGHT, type Look, line, MINUTES_5, placed, REGION, type Row, section } from './widgets.ts';

const HOURS_6 = 21_600;

const presigns = ({ names, ours }: Stage): Row[] => {
  const perEndpoint = (about: string, metrics: readonly string[]) =>
    names.map((name) =>
      graph(
        `${name}: ${about}`,
        metrics.map((metric) => ours(metric, name, { label: metric })),
      ),
    );
  return section(
    'Pre-signs',
    perEndpoint('how they ended', ['PresignSucceeded', 'PresignRefused', 'PresignFailed']),
    perEndpoint('by event', ['PresignPostponed', 'PresignDeadLettered', 'PresignReplayed']),
  );
};

const api = (metric: string, more: Look) => line('AWS/ApiGateway', metric, { ApiId: `\${HttpApi}` }, more);

const latency = ({ percentiles }: Stage): Row[] =>
  section('How long they take (ms)', [
    graph(
      'API',
      ['p50', 'p99'].map((stat) => api('Latency', { stat, label: stat })),
    ),
    graph('One attempt at WeChat Pay', percentiles('WechatPayLatency')),
    graph('One signature in KMS', percentiles('KmsSignLatency')),
  ]);

const faults = ({ each, search }: Stage): Row[] =>
  section(
    'What goes wrong',
    [
      graph('Errors by code', search('code', 'PresignError', 'Sum', MINUTES_5)),
      graph('API', [
        api('4xx', { label: '4xx' }),
        api('5xx', { label: '5xx' }),
        api('Count', { label: 'all' }),
      ]),
      graph('Repeated attempts at WeChat Pay', each('WechatPayRetry')),
      graph('Merchant misconfigured', each('MerchantMisconfigured')),
    ],
    [
      graph('Answers not signed by WeChat Pay', each('VerificationFailed')),
      graph('KMS refuses', each('KmsRefused')),
      graph('KMS throttles', each('KmsThrottled')),
      graph('Merchant not renewed', each('MerchantRefreshFailed')),
    ],
  );

const queues = ({ prefix, names, queue }: Stage): Row[] => {
  const rules = (metric: string) =>
    names.map((name) =>
      line(
        'AWS/Events',
        metric,
        { EventBusName: prefix, RuleName: endpointNameOf(prefix, name) },
        { label: `${name} ${metric}` },
      ),
    );
  const VISIBLE = 'ApproximateNumberOfMessagesVisible';
  const busUndelivered = line(
    'AWS/SQS',
    VISIBLE,
    { QueueName: asideOf(prefix, 'undelivered') },
    { label: 'bus' },
  );
  const most = { stat: 'Maximum' };
  return section(
    'Pre-signs by event: what waits',
    [
      graph('Waiting', queue(VISIBLE), most),
      graph('In flight', queue('ApproximateNumberOfMessagesNotVisible'), most),
      graph('Age of the oldest (s)', queue('ApproximateAgeOfOldestMessage'), most),
    ],
    [
      graph('Dead letters', queue(VISIBLE, 'dead-letters'), most),
      graph('Undelivered', [...queue(VISIBLE, 'undelivered'), busUndelivered], most),
      graph(
        'EventBridge',
        ['FailedInvocations', 'InvocationsFailedToBeSentToDlq', 'ThrottledRules'].flatMap(rules),
      ),
    ],
  );
};

const notifications = ({ ours }: Stage): Row[] =>
  section('Notifications of WeChat Pay', [
    graph(
      'How they ended',
      ['NotificationPublished', 'NotificationRefused', 'NotificationFailed'].map((metric) =>
        ours(metric, NOTIFICATIONS, { label: metric }),
      ),
    ),
    graph(
      'What a merchant is the cause of',
      ['MerchantMisconfigured', 'MerchantRefreshFailed', 'KmsRefused', 'KmsThrottled'].map((metric) =>
        ours(metric, NOTIFICATIONS, { label: metric }),
      ),
    ),
  ]);

const functions = ({ lambda }: Stage): Row[] =>
  section('Functions', [
    graph('Longest invocation (ms)', lambda('Duration'), { stat: 'Maximum' }),
    graph(
      'Environments at work',
      [
        ...lambda('ConcurrentExecutions'),
        line('AWS/Lambda', 'ClaimedAccountConcurrency', {}, { label: 'account' }),
      ],
      { stat: 'Maximum' },
    ),
    graph('Throttles', lambda('Throttles')),
    graph('Crashes', lambda('Errors')),
  ]);

const certificates = ({ ours, search }: Stage): Row[] => {
  const byMerchant = (title: string, metric: string, stat: string) =>
    graph(title, search('mchid', metric, stat, HOURS_6), { stat, period: HOURS_6 });
  return section('Certificates, by merchant', [
    byMerchant('Platform certificate: days left', 'PlatformCertificateDaysToExpiry', 'Minimum'),
    byMerchant('Own certificate: days left', 'MerchantCertificateDaysToExpiry', 'Minimum'),
    byMerchant('Hours since the last refresh', 'RefreshAgeHours', 'Maximum'),
    graph(
      'Merchants refreshed',
      ['RefreshSucceeded', 'RefreshFailed'].map((metric) => ours(metric, REFRESH, { label: metric })),
      { period: HOURS_6 },
    ),
  ]);
};

const alarmStatus = (alarms: Resources) => ({
  type: 'alarm',
  height: HEIGHT,
  properties: {
    title: 'Alarms: each has a page in docs/runbook',
    sortBy: 'stateUpdatedTimestamp',
    alarms: Object.values(alarms).map(
      ({ Properties }) =>
        `arn:\${AWS::Partition}:cloudwatch:${REGION}:\${AWS::AccountId}:alarm:${Properties['AlarmName']}`,
    ),
  },
});

/** For `resources` in serverless.yml. */
export const resources = async (variables: Variables): Promise<{ Resources: Resources }> => {
  const [{ endpoints, prefix }, alarms] = await Promise.all([stackOf(variables), alarmResources(variables)]);
  const stage = stageWith(prefix, endpoints);
  const widgets = placed([
    [alarmStatus(alarms.Resources)],
    ...[presigns, contracts, latency, faults, queues, notifications, functions, certificates].flatMap(
      (rows) => rows(stage),
    ),
  ]);
  const body = JSON.stringify({ start: '-PT12H', periodOverride: 'inherit', widgets });
  return {
    Resources: {
      Dashboard: {
        Type: 'AWS::CloudWatch::Dashboard',
        Properties: { DashboardName: prefix, DashboardBody: { 'Fn::Sub': body } },
      },
    },
  };
};
