import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import { CATALOGUE, LASTING, type PresignError, type Reason } from './errors.ts';
import { METRIC_NAMESPACE } from './names.ts';
import { DOCUMENTED_CODES } from './wechatpay/passable.ts';

/**
 * All that may ever be logged, by name. A submitted value has no name here, so it cannot be logged by mistake; an
 * exception's message is not here either, for parsers like to quote what they could not parse.
 */
export const LOGGABLE = [
  'endpoint',
  'mchid',
  'code',
  'status',
  'reason',
  'fields',
  'attempt',
  'duration_ms',
  'wechatpay_request_id',
  'aws_request_id',
  'cause',
  'problem',
  'aws_error_request_id',
  'stack',
  'refreshed',
  'skipped',
  'failed',
  'request_id',
  'message_id',
  'receives',
  'replayed',
  'retry_in_s',
  'merchants',
  'platform_key_id',
  'event_type',
  'notification_id',
] as const;
export type LogFields = { [K in (typeof LOGGABLE)[number]]?: string | number | boolean | undefined };

/** Events of the log: what happened, in words an operator can search for. */
export type LogEvent =
  | 'pre-sign succeeded'
  | 'pre-sign refused'
  | 'pre-sign failed'
  | 'pre-sign postponed'
  | 'pre-sign dead-lettered'
  | 'postponing failed'
  | 'outcome not remembered'
  | 'encrypted anew'
  | 'attempt failed'
  | 'merchant refresh failed'
  | 'contract call succeeded'
  | 'contract call refused'
  | 'contract call failed'
  | 'certificate refresh failed'
  | 'certificate refresh done'
  | 'notification published'
  | 'notification refused'
  | 'notification failed'
  | 'previous APIv3 key used'
  | 'pre-traffic check passed'
  | 'pre-traffic check failed';

/** Counts and latencies, by endpoint. */
export const METRICS = [
  'PresignSucceeded',
  'PresignRefused',
  'PresignFailed',
  'PresignReplayed',
  'PresignPostponed',
  'PresignDeadLettered',
  'ContractCallSucceeded',
  'ContractCallRefused',
  'ContractCallFailed',
  'WechatPayLatency',
  'WechatPayRetry',
  'KmsSignLatency',
  'VerificationFailed',
  'KmsRefused',
  'KmsThrottled',
  'MerchantMisconfigured',
  'MerchantRefreshFailed',
  'RefreshSucceeded',
  'RefreshFailed',
  'NotificationPublished',
  'NotificationRefused',
  'NotificationFailed',
] as const;
export type MetricName = (typeof METRICS)[number];

/**
 * What an alarm takes a share of goes with what it is a share of, if need be as 0. CloudWatch makes nothing of a formula in
 * which a metric has no data, and in an outage that nobody gets through nothing else is counted.
 */
const COMPARED: Partial<Record<MetricName, readonly MetricName[]>> = {
  PresignFailed: ['PresignSucceeded', 'PresignRefused'],
  ContractCallFailed: ['ContractCallSucceeded', 'ContractCallRefused'],
};

/** Counted with its `code`, by endpoint and code. */
export const ERROR_METRIC = 'PresignError';

/** Each value of a dimension is a metric of its own, to be paid for: a code that nobody documents is `OTHER`. */
const COUNTED_CODES: ReadonlySet<string> = new Set([...Object.keys(CATALOGUE), ...DOCUMENTED_CODES]);

/** Of one merchant, at one moment. */
export const GAUGES = [
  'PlatformCertificateDaysToExpiry',
  'MerchantCertificateDaysToExpiry',
  'RefreshAgeHours',
] as const;
export type GaugeName = (typeof GAUGES)[number];

export type Telemetry = {
  log: (level: 'info' | 'warn' | 'error', event: LogEvent, fields: LogFields) => void;
  count: (metric: MetricName) => void;
  /** A pre-sign or contract call that failed or was refused: PresignError by `code`, and what an alarm watches of its reason. */
  countError: (error: PresignError) => void;
  /** What an alarm watches of the reason of a failure. */
  countTrouble: (error: PresignError) => void;
  time: (metric: MetricName, milliseconds: number) => void;
  /**
   * Written at once, with the merchant as a dimension; and with the next flush without, for an alarm can watch the worst
   * of all merchants only where they are one metric.
   */
  gauge: (metric: GaugeName, value: number, mchid: string) => void;
  /** Writes the metrics gathered since the last flush. */
  flush: () => void;
};

/** What lasts until somebody acts, and the one failure of KMS that passes. */
const ALARMS: Partial<Record<Reason, MetricName>> = {
  ...Object.fromEntries(
    [...LASTING].map((reason) => [
      reason,
      reason.startsWith('kms_') ? 'KmsRefused' : 'MerchantMisconfigured',
    ]),
  ),
  kms_throttled: 'KmsThrottled',
};

const allowed = (fields: LogFields): Record<string, string | number | boolean> =>
  Object.fromEntries(
    LOGGABLE.flatMap((name) => {
      const value = fields[name];
      return value === undefined ? [] : [[name, value] as const];
    }),
  );

/**
 * Logs (JSON lines) and metrics (CloudWatch's embedded format) of one Lambda. The only writer to the console.
 * @param endpoint whose lines they are. @param measuredAs whose metrics, for Lambdas that one set of alarms watches.
 */
export const createTelemetry = (endpoint: string, measuredAs = endpoint): Telemetry => {
  // The service's name, a dimension of every metric, is Powertools' own variable POWERTOOLS_SERVICE_NAME: it holds the
  // stage, so that the alarms of one stage hear nothing of another.
  const logger = new Logger();
  const metrics = new Metrics({ namespace: METRIC_NAMESPACE });
  metrics.setDefaultDimensions({ endpoint: measuredAs });
  const counted = new Set<MetricName>();
  const count: Telemetry['count'] = (metric) => {
    counted.add(metric);
    metrics.addMetric(metric, MetricUnit.Count, 1);
  };
  const countTrouble: Telemetry['countTrouble'] = ({ reason }) => {
    const alarm = ALARMS[reason];
    if (alarm !== undefined) count(alarm);
  };
  return {
    log: (level, event, fields) => logger[level](event, allowed({ endpoint, ...fields })),
    count,
    countTrouble,
    countError: (error) => {
      const single = metrics.singleMetric();
      single.addDimension('code', COUNTED_CODES.has(error.code) ? error.code : 'OTHER');
      single.addMetric(ERROR_METRIC, MetricUnit.Count, 1);
      countTrouble(error);
    },
    time: (metric, milliseconds) => metrics.addMetric(metric, MetricUnit.Milliseconds, milliseconds),
    gauge: (metric, value, mchid) => {
      // Of a date that nobody can read, say: JSON would write it as null, beside the numbers of other merchants.
      if (Number.isNaN(value)) return;
      const single = metrics.singleMetric();
      single.addDimension('mchid', mchid);
      single.addMetric(metric, MetricUnit.NoUnit, value);
      metrics.addMetric(metric, MetricUnit.NoUnit, value);
    },
    flush: () => {
      const compared = new Set([...counted].flatMap((metric) => COMPARED[metric] ?? []));
      for (const metric of compared) if (!counted.has(metric)) metrics.addMetric(metric, MetricUnit.Count, 0);
      counted.clear();
      if (metrics.hasStoredMetrics()) metrics.publishStoredMetrics();
    },
  };
};
