import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import { ConfigError } from './config.ts';
import type { Detail, PresignError } from './errors.ts';

const SERVICE = 'wechatpay-presign';

/**
 * All that may ever be logged, by name. A submitted value has no name here, so it cannot be logged by mistake; an
 * exception's message is not here either, for parsers like to quote what they could not parse.
 */
const LOGGABLE = [
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
] as const;
export type LogFields = { [K in (typeof LOGGABLE)[number]]?: string | number | boolean | undefined };

/** Events of the log: what happened, in words an operator can search for. */
export type LogEvent =
  | 'sign-up succeeded'
  | 'sign-up refused'
  | 'sign-up failed'
  | 'attempt failed'
  | 'merchant refresh failed'
  | 'certificate refresh failed'
  | 'certificate refresh done';

export type MetricName =
  | 'SignUpSucceeded'
  | 'SignUpRefused'
  | 'SignUpFailed'
  | 'WechatPayLatency'
  | 'WechatPayRetry'
  | 'KmsSignLatency'
  | 'VerificationFailed'
  | 'MerchantRefreshFailed'
  | 'RefreshSucceeded'
  | 'RefreshFailed';

/** Of one merchant, at one moment. */
export type GaugeName =
  | 'PlatformCertificateDaysToExpiry'
  | 'MerchantCertificateDaysToExpiry'
  | 'RefreshAgeHours';

export type Telemetry = {
  log: (level: 'info' | 'warn' | 'error', event: LogEvent, fields: LogFields) => void;
  count: (metric: MetricName) => void;
  time: (metric: MetricName, milliseconds: number) => void;
  /** Written at once, with the merchant as a dimension. */
  gauge: (metric: GaugeName, value: number, mchid: string) => void;
  /** Writes the metrics gathered since the last flush. */
  flush: () => void;
};

/** Only frames: a stack begins with the message, and a line of the message may look like a frame. */
const frames = ({ stack = '', message }: Error): string => {
  const start = stack.indexOf(message);
  const lines = start < 0 ? [] : stack.slice(start + message.length).split('\n');
  const found = lines.map((line) => line.trim()).filter((line) => line.startsWith('at '));
  return found.slice(0, 8).join(' | ');
};

const awsRequestId = (cause: unknown): string | undefined => {
  const metadata = (cause as { $metadata?: { requestId?: unknown } } | undefined)?.$metadata;
  return typeof metadata?.requestId === 'string' ? metadata.requestId : undefined;
};

/** Where a refused request is wrong: pointers made of our own schemas' names, so nobody's data. */
const invalidFields = ({ reason, detail }: PresignError): string | undefined => {
  if (reason !== 'request_invalid' || detail === undefined) return undefined;
  return [detail as Detail | Detail[]]
    .flat()
    .map(({ field }) => field || 'body')
    .join(' ');
};

/** What a log line may say of an error: our own words, the name of its cause, where an unforeseen one was thrown. */
export const errorFields = (error: PresignError): LogFields => {
  const { cause } = error;
  return {
    mchid: error.mchid,
    code: error.code,
    status: error.status,
    reason: error.reason,
    fields: invalidFields(error),
    wechatpay_request_id: error.requestId,
    cause: cause instanceof Error ? cause.name : undefined,
    problem: cause instanceof ConfigError ? cause.message : undefined,
    aws_error_request_id: awsRequestId(cause),
    stack: error.reason === 'internal' && cause instanceof Error ? frames(cause) : undefined,
  };
};

const allowed = (fields: LogFields): Record<string, string | number | boolean> =>
  Object.fromEntries(
    LOGGABLE.flatMap((name) => {
      const value = fields[name];
      return value === undefined ? [] : [[name, value] as const];
    }),
  );

/** Logs (JSON lines) and metrics (CloudWatch's embedded format) of one Lambda. The only writer to the console. */
export const createTelemetry = (endpoint: string): Telemetry => {
  const logger = new Logger({ serviceName: SERVICE });
  const metrics = new Metrics({ namespace: 'WechatPayPresign', serviceName: SERVICE });
  metrics.setDefaultDimensions({ endpoint });
  return {
    log: (level, event, fields) => logger[level](event, allowed({ endpoint, ...fields })),
    count: (metric) => metrics.addMetric(metric, MetricUnit.Count, 1),
    time: (metric, milliseconds) => metrics.addMetric(metric, MetricUnit.Milliseconds, milliseconds),
    gauge: (metric, value, mchid) => {
      const single = metrics.singleMetric();
      single.addDimension('mchid', mchid);
      single.addMetric(metric, MetricUnit.NoUnit, value);
    },
    flush: () => {
      if (metrics.hasStoredMetrics()) metrics.publishStoredMetrics();
    },
  };
};
