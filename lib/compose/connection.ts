/** What the Lambdas behind API Gateway share of how they are put together. */
import type { Config } from '../config.ts';
import { type ActAs, createActAs } from '../merchants/act-as.ts';
import { createMerchants, type MerchantsOptions } from '../merchants/merchant.ts';
import { reportTrouble } from '../merchants/report-trouble.ts';
import type { Telemetry } from '../telemetry.ts';
import type { AttemptReport, Budget } from '../wechatpay/exchange.ts';

/** Nothing that happens while a function loads is bounded by an invocation. */
const AT_LOAD: Budget = { remainingMs: () => Number.POSITIVE_INFINITY };

export const attemptReporter = (telemetry: Telemetry) => {
  return ({ attempt, durationMs, status, reason }: AttemptReport): void => {
    telemetry.time('WechatPayLatency', durationMs);
    if (attempt > 1) telemetry.count('WechatPayRetry');
    if (reason === undefined || reason === 'wechatpay_refused') return;
    // Of WeChat Pay's probes the log tells, but no alarm. What fails by them counts as failed all the same.
    if (reason.startsWith('verification_') && reason !== 'verification_probe')
      telemetry.count('VerificationFailed');
    telemetry.log('warn', 'attempt failed', { attempt, status, reason, duration_ms: Math.round(durationMs) });
  };
};

type Sources = Pick<MerchantsOptions, 'registry' | 'sign' | 'fetchKeys'>;
export type When = { loading: boolean };

/** @returns what acts as the merchants of the registry. */
export const connectMerchants = (
  sources: Sources,
  { defaultMchid }: Pick<Config, 'defaultMchid'>,
  telemetry: Telemetry,
  { loading }: When,
): ActAs => {
  const merchants = createMerchants({ ...sources, onTrouble: reportTrouble(telemetry) });
  // Most requests are the default merchant's. Reading it now, before anybody waits, also opens the connection; if it
  // fails, the first request reads it again and reports what is wrong.
  const ready = loading && defaultMchid ? merchants(defaultMchid, AT_LOAD).catch(() => undefined) : undefined;
  return createActAs({ merchants, defaultMchid, ready });
};

/** Lambda loads a function at full speed and before its first caller waits; elsewhere nothing is known yet. */
const connectAtLoad = <T>(connect: (when: When) => T): T | undefined => {
  if (!process.env['AWS_LAMBDA_FUNCTION_NAME']) return undefined;
  try {
    return connect({ loading: true });
  } catch {
    // A bad environment is answered and logged by the first invocation, not by a crash while loading.
    return undefined;
  }
};

/**
 * Clients are made once per process: on Lambda while the function loads, elsewhere at the first invocation, so that
 * importing an endpoint (for its schema, say) needs no environment. Where that throws, it is tried again.
 */
export const connectOnce = <T>(connect: (when: When) => T): (() => T) => {
  let connection = connectAtLoad(connect);
  return () => {
    connection ??= connect({ loading: false });
    return connection;
  };
};
