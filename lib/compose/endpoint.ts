import type { Context, SQSEvent } from 'aws-lambda';
import { type Config, parseConfig } from '../config.ts';
import type { Endpoint } from '../endpoint.ts';
import { errorFields } from '../error-fields.ts';
import { createRequestStore } from '../events/request-store.ts';
import { createRunOnce, type RunOnce } from '../events/run-once.ts';
import { createHttpHandler, type Parsed } from '../http.ts';
import { createDownload } from '../merchants/download.ts';
import { downloadKeys } from '../merchants/download-keys.ts';
import { createPresign, type Presign } from '../presign.ts';
import { createTelemetry, type Telemetry } from '../telemetry.ts';
import { createClient } from '../wechatpay/client.ts';
import { connectAws } from './aws.ts';
import { attemptReporter, connectMerchants, connectOnce, type When } from './connection.ts';

type Connection = { config: Config; presign: Presign };

const connect = (endpoint: Endpoint, telemetry: Telemetry, when: When): Connection => {
  const config = parseConfig(process.env);
  const { exchange, kms, dynamo, registry, sign } = connectAws(config, telemetry);
  const runOnce: RunOnce = createRunOnce({
    store: createRequestStore(dynamo, config.outcomesTable, endpoint.name),
    onForgotten: (error) => telemetry.log('warn', 'outcome not remembered', errorFields(error)),
    onResealed: (platform_key_id) => telemetry.log('warn', 'encrypted anew', { platform_key_id }),
  });
  const fetchKeys = downloadKeys(createDownload(exchange, kms, config.dataKeyArn));
  const presign = createPresign({
    endpoint,
    actAs: connectMerchants({ registry, sign, fetchKeys }, config, telemetry, when),
    client: createClient(exchange),
    runOnce,
    report: attemptReporter(telemetry),
  });
  return { config, presign };
};

/**
 * The Lambda of an endpoint, behind API Gateway and its queue alike. Most environments only ever see one of the two ways
 * in: what the queue alone needs is a file of its own, read when the first message comes.
 */
export const createHandler = (endpoint: Endpoint) => {
  const telemetry = createTelemetry(endpoint.name);
  const connection = connectOnce((when) => connect(endpoint, telemetry, when));
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
