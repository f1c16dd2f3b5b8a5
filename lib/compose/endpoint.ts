import type { Context, SQSEvent } from 'aws-lambda';
import { type Config, parseConfig } from '../config.ts';
import type { Endpoint } from '../endpoint.ts';
import { errorFields } from '../error-fields.ts';
import { asPresignError, fault } from '../errors.ts';
import { createQueueHandler } from '../events/queue.ts';
import { createSettle } from '../events/settle.ts';
import { createHttpHandler, type Parsed } from '../http.ts';
import { createMerchants } from '../merchants/merchant.ts';
import { createTelemetry, type Telemetry } from '../telemetry.ts';
import { createClient, type SignedUp } from '../wechatpay/client.ts';
import type { AttemptReport, Budget } from '../wechatpay/exchange.ts';
import { connectAws } from './aws.ts';
import { connectEvents, connectQueue } from './events.ts';

/** A request that has been parsed and validated. */
export type SignUpRequest = { body: object; mchid?: string | undefined; platformSerial?: string | undefined };
export type SignUp = (request: SignUpRequest, budget: Budget) => Promise<SignedUp & { mchid: string }>;

/** Nothing that happens while a function loads is bounded by an invocation. */
const AT_LOAD: Budget = { remainingMs: () => Number.POSITIVE_INFINITY };

const attemptReporter = (telemetry: Telemetry) => {
  return ({ attempt, durationMs, status, reason }: AttemptReport): void => {
    telemetry.time('WechatPayLatency', durationMs);
    if (attempt > 1) telemetry.count('WechatPayRetry');
    if (reason === undefined || reason === 'wechatpay_refused') return;
    // Of WeChat Pay's probes the log tells, but no alarm. Sign-ups that fail by them count as failed all the same.
    if (reason.startsWith('verification_') && reason !== 'verification_probe')
      telemetry.count('VerificationFailed');
    telemetry.log('warn', 'attempt failed', { attempt, status, reason, duration_ms: Math.round(durationMs) });
  };
};

type Connection = { config: Config; signUp: SignUp };

const connect = (endpoint: Endpoint, telemetry: Telemetry, { loading }: { loading: boolean }): Connection => {
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
  const signUp: SignUp = async ({ body, platformSerial, mchid = config.defaultMchid }, budget) => {
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
  return { config, signUp };
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

/** The queue's way in, connected when the first message comes: most environments only ever see one of the two ways. */
const createQueueEntry = (endpoint: Endpoint, telemetry: Telemetry, connection: () => Connection) => {
  const connectSettle = () => {
    const { config, signUp } = connection();
    const { outcomes, publish } = connectEvents(config, endpoint);
    return {
      outcomes,
      settle: createSettle({ endpoint, signUp, defaultMchid: config.defaultMchid, publish }),
    };
  };
  let connected: ReturnType<typeof connectSettle> | undefined;
  return createQueueHandler({
    endpoint,
    telemetry,
    postpone: connectQueue(),
    settleWithin: (context) => {
      connected ??= connectSettle();
      const { outcomes, settle } = connected;
      const remember = outcomes(context);
      return (detail, budget) => settle(detail, remember, budget);
    },
  });
};

/**
 * The Lambda of an endpoint, behind API Gateway and its queue alike: the composition root. Clients are made once per
 * process: on Lambda while the function loads, elsewhere at the first invocation, so that importing an endpoint (for
 * its schema, say) needs no environment.
 */
export const createHandler = (endpoint: Endpoint) => {
  const telemetry = createTelemetry(endpoint.name);
  let connected = connectAtLoad(endpoint, telemetry);
  const connection = (): Connection => {
    connected ??= connect(endpoint, telemetry, { loading: false });
    return connected;
  };
  const http = createHttpHandler(
    endpoint,
    async (request, budget) => connection().signUp(request, budget),
    telemetry,
  );
  let queue: ReturnType<typeof createQueueHandler> | undefined;
  return async (event: Parsed | SQSEvent, context: Context) => {
    if (!('Records' in event)) return http(event, context);
    queue ??= createQueueEntry(endpoint, telemetry, connection);
    return queue(event, context);
  };
};
