/** The alarms that exist once for a stage: its bus, its API, and what the refresh finds. */
import { asideOf, METRIC_NAMESPACE } from '../lib/names.ts';
import { type AlarmSpecs, alarmsOf, metric, share } from './alarm.ts';
import type { Resources } from './framework.ts';

/** The scheduled Lambda, as serverless.yml calls it. */
export const REFRESH = 'platformCertificatesRefresh';

const HOUR = 3_600;

type Ours = (name: string, stat?: string) => ReturnType<typeof metric>;

const busAlarms = (bus: string): AlarmSpecs => ({
  BusUndelivered: {
    says: 'The bus could not encrypt, decrypt or match events.',
    page: 'undelivered',
    watches: metric(
      'AWS/SQS',
      'ApproximateNumberOfMessagesVisible',
      { QueueName: asideOf(bus, 'undelivered') },
      'Maximum',
    ),
    above: 0,
  },
});

/** @param quota how many environments the account may have at once. */
const apiAlarms = (quota: number): AlarmSpecs => {
  const api = (name: string) => metric('AWS/ApiGateway', name, { ApiId: { Ref: 'HttpApi' } }, 'Sum');
  return {
    Api5xx: {
      says: 'The API answers more than 5 % of its requests with a 5xx.',
      page: 'api-5xx',
      watches: share(['failed'], ['all'], 5, { failed: api('5xx'), all: api('Count') }),
      above: 5,
      periods: 2,
      of: 3,
    },
    // People mistype names and numbers, which WeChat Pay answers with 4xx: some are always there.
    Api4xx: {
      says: 'The API answers more than 25 % of its requests with a 4xx.',
      page: 'api-4xx',
      watches: share(['refused'], ['all'], 20, { refused: api('4xx'), all: api('Count') }),
      above: 25,
      period: 900,
      periods: 2,
    },
    Concurrency: {
      says: `More than 80 % of the ${quota} environments the account may have are in use or reserved.`,
      page: 'concurrency',
      watches: metric('AWS/Lambda', 'ClaimedAccountConcurrency', {}, 'Maximum'),
      above: Math.floor(0.8 * quota),
      periods: 2,
      of: 3,
    },
  };
};

/**
 * What the refresh last said of the worst merchant. It runs every few hours and CloudWatch forgets what it has not heard
 * for the period: 12 hours, longer than the longest pause between two runs. Without any data the state stays as it is,
 * for silence renews no certificate.
 */
const lastKnown = (ours: Ours, name: string, stat: string) => ({
  watches: ours(name, stat),
  period: 12 * HOUR,
  missing: 'ignore' as const,
});

const certificateAlarms = (ours: Ours): AlarmSpecs => {
  const platform = lastKnown(ours, 'PlatformCertificateDaysToExpiry', 'Minimum');
  const merchant = lastKnown(ours, 'MerchantCertificateDaysToExpiry', 'Minimum');
  const platformSays = (days: number) =>
    `A merchant’s newest platform certificate ends in less than ${days} days.`;
  const merchantSays = (days: number) => `A merchant’s own certificate ends in less than ${days} days.`;
  const page = (kind: string) => `${kind}-certificate-expiry`;
  return {
    PlatformCertificateIn30Days: { says: platformSays(30), page: page('platform'), ...platform, below: 30 },
    PlatformCertificateIn10Days: { says: platformSays(10), page: page('platform'), ...platform, below: 10 },
    MerchantCertificateIn30Days: { says: merchantSays(30), page: page('merchant'), ...merchant, below: 30 },
    MerchantCertificateIn10Days: { says: merchantSays(10), page: page('merchant'), ...merchant, below: 10 },
  };
};

const refreshAlarms = (prefix: string): AlarmSpecs => {
  const ours: Ours = (name, stat = 'Sum') =>
    metric(METRIC_NAMESPACE, name, { service: prefix, endpoint: REFRESH }, stat);
  return {
    // Whoever should say that all is well says nothing when it does not run: here silence is the alarm. By the hour, for
    // CloudWatch looks further back than it is told when data is rare, and further back than a day would be too far.
    RefreshOverdue: {
      says: 'For 24 hours the refresh has not looked after a single merchant.',
      page: 'refresh-overdue',
      watches: ours('RefreshSucceeded'),
      below: 1,
      period: HOUR,
      periods: 24,
      missing: 'breaching',
    },
    RefreshFailed: {
      says: 'The refresh could not look after a merchant.',
      page: 'refresh-failed',
      watches: ours('RefreshFailed'),
      above: 0,
      period: 12 * HOUR,
    },
    // The scheduler counts by group and not by schedule; the framework puts ours into the account's default group.
    // Each by itself, for the sum of two metrics has no data while one of them has none.
    ScheduleFailed: {
      says: 'The scheduler could not invoke a target of the account’s default schedule group.',
      page: 'schedule-failed',
      watches: metric('AWS/Scheduler', 'TargetErrorCount', { ScheduleGroup: 'default' }, 'Sum'),
      above: 0,
    },
    ScheduleDropped: {
      says: 'The scheduler has given up invoking a target of the account’s default schedule group.',
      page: 'schedule-failed',
      watches: metric('AWS/Scheduler', 'InvocationDroppedCount', { ScheduleGroup: 'default' }, 'Sum'),
      above: 0,
    },
    ...certificateAlarms(ours),
  };
};

/** @returns the alarms by logical id. */
export const stageAlarms = (prefix: string, lambdaConcurrency: number): Resources =>
  alarmsOf('', prefix, { ...busAlarms(prefix), ...apiAlarms(lambdaConcurrency), ...refreshAlarms(prefix) });
