import { randomBytes, verify } from 'node:crypto';
import {
  CodeDeployClient,
  type LifecycleEventStatus,
  PutLifecycleEventHookExecutionStatusCommand,
} from '@aws-sdk/client-codedeploy';
import type { KMSClient } from '@aws-sdk/client-kms';
import { parseConfig } from '../config.ts';
import { errorFields } from '../error-fields.ts';
import { asPresignError, fault } from '../errors.ts';
import { kmsFault } from '../merchants/kms-faults.ts';
import { pairOf, type SignWith } from '../merchants/kms-signer.ts';
import { publicKeyOf } from '../merchants/public-key.ts';
import type { MerchantRecord } from '../merchants/record.ts';
import type { Registry } from '../merchants/registry.ts';
import { createTelemetry } from '../telemetry.ts';
import { AWS_CLIENT, connectAws } from './aws.ts';

/** Without a default merchant: enough to see that this version can sign, in seconds. */
const MAX_MERCHANTS = 10;

export type PreTrafficOptions = {
  registry: Pick<Registry, 'read' | 'list'>;
  sign: SignWith;
  kms: KMSClient;
  defaultMchid: string | undefined;
};

const firstComplete = async ({ read, list }: PreTrafficOptions['registry']): Promise<MerchantRecord[]> => {
  const found: MerchantRecord[] = [];
  for await (const mchid of list()) {
    const record = await read(mchid);
    if (record !== undefined) found.push(record);
    if (found.length === MAX_MERCHANTS) break;
  }
  return found;
};

const isEmpty = async (mchids: AsyncIterable<string>): Promise<boolean> => {
  for await (const _ of mchids) return false;
  return true;
};

/** A default merchant that is not there is a wrong number, unless nobody has been set up yet. */
const merchantsToTry = async ({ registry, defaultMchid }: PreTrafficOptions): Promise<MerchantRecord[]> => {
  if (defaultMchid === undefined) return firstComplete(registry);
  const record = await registry.read(defaultMchid);
  if (record !== undefined) return [record];
  if (await isEmpty(registry.list())) return [];
  throw fault('NO_AUTH', 'merchant_unknown');
};

/**
 * Signs for merchants as a pre-sign does, and holds the signatures against the keys' public halves.
 * @returns how many merchants were tried: none when the registry is empty, as before the first merchant is set up.
 * @throws PresignError when a merchant cannot be read, KMS refuses, or a signature does not verify.
 */
export const tryToSign = async (options: PreTrafficOptions): Promise<number> => {
  const merchants = await merchantsToTry(options);
  const trySigning = async (record: MerchantRecord): Promise<void> => {
    const message = randomBytes(32);
    const { signature } = await options.sign(pairOf(record), message);
    const { key } = await publicKeyOf(options.kms, record.signing_key_arn).catch((error: unknown) => {
      throw kmsFault(error);
    });
    if (!verify('sha256', message, key, Buffer.from(signature, 'base64')))
      throw fault('SERVICE_UNAVAILABLE', 'kms_wrong_key');
  };
  const tried = await Promise.allSettled(merchants.map(trySigning));
  const failed = tried.findIndex(({ status }) => status === 'rejected');
  const outcome = tried[failed];
  if (outcome?.status !== 'rejected') return merchants.length;
  const error = asPresignError(outcome.reason);
  error.mchid = merchants[failed]?.mchid;
  throw error;
};

/** What CodeDeploy invokes a hook with. */
export type HookEvent = { DeploymentId: string; LifecycleEventHookExecutionId: string };

/**
 * The Lambda that CodeDeploy asks before a new version gets any traffic: can this environment sign? It always answers,
 * for CodeDeploy would wait an hour for one that does not; it rejects only when the answer cannot be given.
 */
export const createPreTrafficHandler = (name: string) => {
  const telemetry = createTelemetry(name);
  const check = async (): Promise<LifecycleEventStatus> => {
    try {
      const config = parseConfig(process.env);
      const { registry, sign, kms } = connectAws(config, telemetry);
      const { defaultMchid } = config;
      const merchants = await tryToSign({ registry, sign, kms, defaultMchid });
      telemetry.log('info', 'pre-traffic check passed', { merchants });
      return 'Succeeded';
    } catch (error) {
      telemetry.log('error', 'pre-traffic check failed', errorFields(asPresignError(error)));
      return 'Failed';
    }
  };
  return async ({
    DeploymentId,
    LifecycleEventHookExecutionId,
  }: HookEvent): Promise<LifecycleEventStatus> => {
    const status = await check();
    telemetry.flush();
    await new CodeDeployClient(AWS_CLIENT).send(
      new PutLifecycleEventHookExecutionStatusCommand({
        deploymentId: DeploymentId,
        lifecycleEventHookExecutionId: LifecycleEventHookExecutionId,
        status,
      }),
    );
    return status;
  };
};
