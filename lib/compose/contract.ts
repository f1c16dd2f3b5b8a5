import { parseAskingConfig } from '../config.ts';
import type { ContractEndpoint } from '../contract-endpoint.ts';
import { type ContractCall, createContractHttpHandler } from '../contract-http.ts';
import type { FetchKeys, Memory } from '../merchants/entry.ts';
import { CONTRACTS } from '../names.ts';
import { createTelemetry, type Telemetry } from '../telemetry.ts';
import { createContractClient } from '../wechatpay/contract-client.ts';
import { connectAws } from './aws.ts';
import { attemptReporter, connectMerchants, connectOnce, type When } from './connection.ts';

/** What asks the refresh Lambda is read when a platform key is unknown, which is rare: AWS's client is large. */
const askWhenNeeded =
  (config: { refreshFunction: string }) =>
  (memory: Memory): FetchKeys => {
    let ask: FetchKeys | undefined;
    return async (...unknown) => {
      const { connectAskRefresh } = await import('./ask-refresh.ts');
      ask ??= connectAskRefresh(config)(memory);
      return ask(...unknown);
    };
  };

const connect = (endpoint: ContractEndpoint, telemetry: Telemetry, when: When): ContractCall => {
  const config = parseAskingConfig(process.env);
  const { exchange, registry, sign } = connectAws(config, telemetry);
  const sources = { registry, sign, fetchKeys: askWhenNeeded(config) };
  const actAs = connectMerchants(sources, config, telemetry, when);
  const ask = createContractClient(exchange);
  const report = attemptReporter(telemetry);
  return ({ mchid, parameters, language }, { remainingMs, signal }) =>
    actAs(mchid, { remainingMs, signal }, (merchant) =>
      ask(merchant, endpoint, parameters, { remainingMs, signal, report, language }),
    );
};

/**
 * The Lambda of a contract endpoint, behind API Gateway alone. It signs and reads the registry; for platform keys that
 * nobody knows yet it asks the refresh Lambda, for it may neither open APIv3 keys nor write. All such Lambdas count as one.
 */
export const createContractHandler = (endpoint: ContractEndpoint) => {
  const telemetry = createTelemetry(endpoint.name, CONTRACTS);
  const connection = connectOnce((when) => connect(endpoint, telemetry, when));
  const call: ContractCall = async (request, invocation) => connection()(request, invocation);
  return createContractHttpHandler(endpoint, call, telemetry);
};
