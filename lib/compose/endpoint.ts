import type { Context, SQSEvent } from 'aws-lambda';
import { type Config, parseConfig } from '../config.ts';
import type { Endpoint } from '../endpoint.ts';
import { errorFields } from '../error-fields.ts';
import { createRequestStore } from '../events/request-store.ts';
import { createRunOnce, type RunOnce } from '../events/run-once.ts';
import { createHttpHandler, type Parsed } from '../http.ts';
import { downloadKeys } from '../merchants/download-keys.ts';
import { createMerchants } from '../merchants/merchant.ts';
import { createPresign, type Presign } from '../presign.ts';
import { createTelemetry, type Telemetry } from '../telemetry.ts';
import { createClient } from '../wechatpay/client.ts';
import type { AttemptReport, Budget } from '../wechatpay/exchange.ts';
import { connectAws } from './aws.ts';

/** Nothing that happens while a function loads is bounded by an invocation. */
const AT_LOAD: Budget = { remainingMs: () => Number.POSITIVE_INFINITY };

const attemptReporter = (telemetry: Telemetry) => {
  return ({ attempt, durationMs, status, reason }: AttemptReport): void => {
    telemetry.time('WechatPayLatency', durationMs);
    if (attempt > 1) telemetry.count('WechatPayRetry');
    if (reason === undefined || reason === 'wechatpay_refused') return;
    // Of WeChat Pay's probes the log tells, but no alarm. Pre-signs that fail by them count as failed all the same.
    if (reason.startsWith('verification_') && reason !== 'verification_probe')
      telemetry.count('VerificationFailed');
    telemetry.log('warn', 'attempt failed', { attempt, status, reason, duration_ms: Math.round(durationMs) });
  };
};

type Connection = { config: Config; presign: Presign };

const connect = (endpoint: Endpoint, telemetry: Telemetry, { loading }: { loading: boolean }): Connection => {
  const config = parseConfig(process.env);
  const { defaultMchid } = config;
  const { exchange, dynamo, registry, sign, download } = connectAws(config, telemetry);
  const merchants = createMerchants({
    registry,
    sign,
    fetchKeys: downloadKeys(download),
    onTrouble: (mchid, error) => {
      telemetry.log('warn', 'merchant refresh failed', { mchid, ...errorFields(error) });
      telemetry.count('MerchantRefreshFailed');
    },
  });
  const runOnce: RunOnce = createRunOnce({
    store: createRequestStore(dynamo, config.outcomesTable, endpoint.name),
    onForgotten: (error) => telemetry.log('warn', 'outcome not remembered', errorFields(error)),
    onResealed: (platform_key_id) => telemetry.log('warn', 'encrypted anew', { platform_key_id }),
  });
  const presign = createPresign({
    endpoint,
    merchants,
    client: createClient(exchange),
    runOnce,
    defaultMchid,
    report: attemptReporter(telemetry),
    // Most pre-signs are the default merchant's. Reading it now, before anybody waits, also opens the connection; if it
    // fails, the first pre-sign reads it again and reports what is wrong.
    ready: loading && defaultMchid ? merchants(defaultMchid, AT_LOAD).catch(() => undefined) : undefined,
  });
  return { config, presign };
};

/** Lambda loads a function at full speed and before its first caller waits; elsewhere nothing is known yet. */
const connectAtLoad = (endpoint: Endpoint, telemetry: Telemetry): Connection | undefined => {
  if (!process.env['AWS_LAMBDA_FUNCTION_NAME']) return undefined;
  try {
    return connect(endpoint, telemetry, { loading: true });
  } catch {
    // A bad environment is answered and logged by the first invocation, not by a crash while loading.
    return undefined;
  }
};

/** Made once, when it is first called for. One that throws is tried again. */
const lazy = <T>(make: () => T, made?: T): (() => T) => {
  let value = made;
  return () => {
    value ??= make();
    return value;
  };
};

/**
 * The Lambda of an endpoint, behind API Gateway and its queue alike. Clients are made once per process: on Lambda while
 * the function loads, elsewhere at the first invocation, so that importing an endpoint (for its schema, say) needs no
 * environment. Most environments only ever see one of the two ways in: what the queue alone needs is a file of its own,
 * read when the first message comes.
 */
export const createHandler = (endpoint: Endpoint) => {
  const telemetry = createTelemetry(endpoint.name);
  const connection = lazy(
    () => connect(endpoint, telemetry, { loading: false }),
    connectAtLoad(endpoint, telemetry),
  );
  const presign: Presign = async (request, invocation) => connection().presign(request, invocation);
  const http = createHttpHandler(endpoint, presign, telemetry);
  const loadQueue = async () => {
    const { createQueue } = await import('./queue.ts');
    return createQueue(endpoint, () => ({ ...connection(), presign }), telemetry);
  };
  let queue: Awaited<ReturnType<typeof loadQueue>> | undefined;
  return async (event: Parsed | SQSEvent, context: Context) => {
    if (!('Records' in event)) return http(event, context);
    // A file that could not be read is read again for the next batch.
    queue ??= await loadQueue();
    return queue(event, context);
  };
};
