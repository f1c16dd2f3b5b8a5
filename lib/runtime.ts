import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { KMSClient } from '@aws-sdk/client-kms';
import type { Context } from 'aws-lambda';
import { type Config, parseConfig } from './config.ts';
import type { Endpoint } from './endpoint.ts';
import { asPresignError, fault } from './errors.ts';
import { createHttpHandler } from './http.ts';
import { createDownload } from './merchants/download.ts';
import { createKmsSigner } from './merchants/kms-signer.ts';
import { createMerchants } from './merchants/merchant.ts';
import { createRegistry } from './merchants/registry.ts';
import { createRefresh, type RefreshReport } from './refresh.ts';
import { createTelemetry, errorFields, type Telemetry } from './telemetry.ts';
import { createClient, type SignedUp } from './wechatpay/client.ts';
import { type AttemptReport, type Budget, createExchange } from './wechatpay/exchange.ts';
import { createTransport } from './wechatpay/transport.ts';

/** A request that has been parsed and validated. */
export type SignUpRequest = { body: object; mchid?: string | undefined; platformSerial?: string | undefined };
export type SignUp = (request: SignUpRequest, budget: Budget) => Promise<SignedUp & { mchid: string }>;

/** Nothing that happens while a function loads is bounded by an invocation. */
const AT_LOAD: Budget = { remainingMs: () => Number.POSITIVE_INFINITY };

/** Time kept back to report. */
const REFRESH_RESERVE_MS = 2_000;

/** Without limits of its own a hanging AWS endpoint would use up the whole invocation. */
const AWS_CLIENT = {
  maxAttempts: 3,
  // The middleware of a command is put together once, not for every call.
  cacheMiddleware: true,
  requestHandler: { connectionTimeout: 1_000, requestTimeout: 2_000, throwOnRequestTimeout: true },
};

/** What sign-ups and the refresh share: who is who, who signs, how WeChat Pay is reached. */
const connectAws = (config: Config, telemetry: Telemetry) => {
  const exchange = createExchange({ send: createTransport(config.hosts), timeoutMs: config.timeoutMs });
  const kms = new KMSClient(AWS_CLIENT);
  return {
    exchange,
    registry: createRegistry(new DynamoDBClient(AWS_CLIENT), config.merchantsTable),
    sign: createKmsSigner(kms, (durationMs) => telemetry.time('KmsSignLatency', durationMs)),
    download: createDownload(exchange, kms, config.dataKeyArn),
  };
};

const attemptReporter = (telemetry: Telemetry) => {
  return ({ attempt, durationMs, status, reason }: AttemptReport): void => {
    telemetry.time('WechatPayLatency', durationMs);
    if (attempt > 1) telemetry.count('WechatPayRetry');
    if (reason === undefined || reason === 'wechatpay_refused') return;
    if (reason.startsWith('verification_')) telemetry.count('VerificationFailed');
    telemetry.log('warn', 'attempt failed', { attempt, status, reason, duration_ms: Math.round(durationMs) });
  };
};

const connect = (endpoint: Endpoint, telemetry: Telemetry, { loading }: { loading: boolean }): SignUp => {
  const config = parseConfig(process.env);
  const { exchange, ...aws } = connectAws(config, telemetry);
  const merchants = createMerchants({
    ...aws,
    onTrouble: (mchid, error) => {
      telemetry.log('warn', 'merchant refresh failed', { mchid, ...errorFields(error) });
      telemetry.count('MerchantRefreshFailed');
    },
  });
  const client = createClient(exchange);
  const report = attemptReporter(telemetry);
  // Most sign-ups are the default merchant's. Reading it now, before anybody waits, also opens the connection; if it
  // fails, the first sign-up reads it again and reports what is wrong.
  const early =
    loading && config.defaultMchid && merchants(config.defaultMchid, AT_LOAD).catch(() => undefined);
  return async ({ body, platformSerial, mchid = config.defaultMchid }, budget) => {
    if (mchid === undefined) throw fault('NO_AUTH', 'merchant_unknown');
    try {
      if (mchid === config.defaultMchid) await early;
      const merchant = await merchants(mchid, budget);
      return { mchid, ...(await client(merchant, endpoint, { body, platformSerial, report, ...budget })) };
    } catch (thrown) {
      const error = asPresignError(thrown);
      if (error.reason !== 'merchant_unknown') error.mchid = mchid;
      throw error;
    }
  };
};

/** Lambda loads a function at full speed and before its first caller waits; elsewhere nothing is known yet. */
const connectAtLoad = (endpoint: Endpoint, telemetry: Telemetry): SignUp | undefined => {
  if (!process.env['AWS_LAMBDA_FUNCTION_NAME']) return undefined;
  try {
    return connect(endpoint, telemetry, { loading: true });
  } catch {
    // A bad environment is answered and logged by the first invocation, not by a crash while loading.
    return undefined;
  }
};

/**
 * The Lambda of an endpoint: the composition root. Clients are made once per process: on Lambda while the function
 * loads, elsewhere at the first invocation, so that importing an endpoint (for its schema, say) needs no environment.
 */
export const createHandler = (endpoint: Endpoint) => {
  const telemetry = createTelemetry(endpoint.name);
  let connected = connectAtLoad(endpoint, telemetry);
  const signUp: SignUp = async (request, budget) => {
    connected ??= connect(endpoint, telemetry, { loading: false });
    return connected(request, budget);
  };
  return createHttpHandler(endpoint, signUp, telemetry);
};

async function* only(mchid: string): AsyncGenerator<string> {
  yield mchid;
}

/**
 * The Lambda that keeps every merchant's platform certificates current. A schedule invokes it; by hand,
 * `{"mchid": "…"}` refreshes that merchant alone.
 */
export const createRefreshHandler = (name: string) => {
  const telemetry = createTelemetry(name);
  return async (event: { mchid?: unknown }, context: Context): Promise<RefreshReport> => {
    const { registry, sign, download } = connectAws(parseConfig(process.env), telemetry);
    const refresh = createRefresh({ registry, sign, download, telemetry });
    const budget = { remainingMs: () => context.getRemainingTimeInMillis() - REFRESH_RESERVE_MS };
    try {
      return await refresh(typeof event.mchid === 'string' ? only(event.mchid) : registry.list(), budget);
    } catch (error) {
      telemetry.log('error', 'certificate refresh failed', errorFields(asPresignError(error)));
      throw error;
    } finally {
      telemetry.flush();
    }
  };
};
