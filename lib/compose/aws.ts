import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { KMSClient } from '@aws-sdk/client-kms';
import type { Config } from '../config.ts';
import { createKmsSigner } from '../merchants/kms-signer.ts';
import { createRegistry } from '../merchants/registry.ts';
import type { Telemetry } from '../telemetry.ts';
import { createExchange } from '../wechatpay/exchange.ts';
import { createTransport } from '../wechatpay/transport.ts';

/** Without limits of its own a hanging AWS endpoint would use up the whole invocation. */
export const AWS_CLIENT = {
  maxAttempts: 3,
  // The middleware of a command is put together once, not for every call.
  cacheMiddleware: true,
  requestHandler: { connectionTimeout: 1_000, requestTimeout: 2_000, throwOnRequestTimeout: true },
};

/** What all Lambdas that sign share: who is who, who signs, how WeChat Pay is reached. */
export const connectAws = (config: Config, telemetry: Telemetry) => {
  const exchange = createExchange({ send: createTransport(config.hosts), timeoutMs: config.timeoutMs });
  const kms = new KMSClient(AWS_CLIENT);
  const dynamo = new DynamoDBClient(AWS_CLIENT);
  return {
    exchange,
    kms,
    dynamo,
    registry: createRegistry(dynamo, config.merchantsTable),
    sign: createKmsSigner(kms, (durationMs) => telemetry.time('KmsSignLatency', durationMs)),
  };
};
