import { KMSClient } from '@aws-sdk/client-kms';
import { encryptApiV3Key } from '../../lib/merchants/api-v3-key.ts';
import type { MerchantRecord } from '../../lib/merchants/record.ts';
import { createRegistry } from '../../lib/merchants/registry.ts';
import { MCHID_TAG, namesOf, STAGE_TAG } from '../../lib/names.ts';
import { issueCertificate } from '../../sandbox/pki.ts';
import type { Product } from '../../sandbox/product/product.ts';
import { startWechatPay } from '../../sandbox/server.ts';
import type { Mode } from '../../sandbox/types.ts';
import { STRICT } from '../support/sandbox/strict.ts';
import { startDynamo } from './dynamodb.ts';
import { type EventsOptions, startEvents } from './events/events.ts';
import { startKms } from './kms/kms.ts';

const REGION = 'cn-north-1';
const CREDENTIALS = { accessKeyId: 'sandbox', secretAccessKey: 'sandbox-secret' };

export type StackOptions = {
  /** Milliseconds since the epoch, for WeChat Pay's clock. */
  clock?: () => number;
  /** Names the registry table as a deployed stage would. */
  stage?: string;
  /** Whether WeChat Pay refuses other bytes under a known business key (default). */
  refusesReentry?: boolean;
  /** See startWechatPay: how much faster time passes between its notifications; default 1. */
  hurry?: number;
  /** How much the stand-ins remember, of each kind of thing; default everything. */
  keep?: number;
  /** Runs beside WeChat Pay, whose console shows its steps; default nothing. */
  product?: Product | undefined;
  /** Of WeChat Pay's console, once it is built; default none. */
  consoleFolder?: string | undefined;
  /** Ports of WeChat Pay, its backup host, KMS and DynamoDB; default any. */
  ports?: { wechatpay?: number; backup?: number; kms?: number; dynamo?: number };
};

export type MerchantOptions = {
  mchid: string;
  mode?: Mode;
  /** Whether the registry starts with the platform certificates, as it does once the first refresh has run. */
  seeded?: boolean;
  /** A key of KMS that is there already; else the merchant gets one of its own. */
  key?: { arn: string; publicKeyPem: string };
};

export type Stack = Awaited<ReturnType<typeof startStack>>;

/** Everything the Lambdas talk to, on loopback: WeChat Pay, KMS and DynamoDB, with merchants set up in all three. */
export const startStack = async (options: StackOptions = {}) => {
  const { clock = Date.now, stage = 'sandbox', refusesReentry = true, hurry = 1 } = options;
  const { ports = {}, keep = STRICT.keep, consoleFolder, product } = options;
  const [wechatpay, kms, dynamo] = await Promise.all([
    startWechatPay({
      ...STRICT,
      strictness: { ...STRICT.strictness, refusesReentry },
      clock,
      hurry,
      keep,
      ...(consoleFolder === undefined ? {} : { consoleFolder }),
      ...(product === undefined ? {} : { product }),
      port: ports.wechatpay ?? 0,
      backupPort: ports.backup ?? 0,
    }),
    startKms({ region: REGION, credentials: CREDENTIALS, port: ports.kms ?? 0, keep }),
    startDynamo({ region: REGION, port: ports.dynamo ?? 0, keep }),
  ]);
  const { eventBus, merchantsTable, outcomesTable, dataKeyAlias } = namesOf(stage);
  await Promise.all([dynamo.createTable(merchantsTable, 'mchid'), dynamo.createTable(outcomesTable, 'id')]);
  const registry = createRegistry(dynamo.client, merchantsTable);
  const kmsClient = new KMSClient({ endpoint: kms.url, region: REGION, credentials: CREDENTIALS });
  const dataKey = kms.createSymmetricKey(dataKeyAlias);

  const platformKeys = ({
    mchid,
    mode,
    seeded,
  }: Required<Omit<MerchantOptions, 'key'>>): MerchantRecord['platform_keys'] => {
    const fetched_at = new Date(clock()).toISOString();
    const certificates = seeded && mode !== 'public-key' ? wechatpay.platform.certificates : [];
    const keys: MerchantRecord['platform_keys'] = Object.fromEntries(
      certificates.map(({ serial, certificatePem, notBefore, notAfter }) => [
        serial,
        {
          kind: 'CERTIFICATE',
          pem: certificatePem,
          not_before: new Date(notBefore).toISOString(),
          not_after: new Date(notAfter).toISOString(),
          fetched_at,
        },
      ]),
    );
    if (mode === 'certificate') return keys;
    const { id, pem } = wechatpay.platform.publicKey(mchid);
    return { ...keys, [id]: { kind: 'PUBLIC_KEY', pem, fetched_at } };
  };

  /** A merchant whose key was born in KMS, registered with WeChat Pay and in the registry, as the tool leaves it. */
  const addMerchant = async ({ mchid, mode = 'certificate', seeded = true, key }: MerchantOptions) => {
    const tags = { [STAGE_TAG]: stage, [MCHID_TAG]: mchid };
    const { arn, publicKeyPem } = key ?? (await kms.createRsaKey({ tags }));
    const { certificatePem, serial, notAfter } = await issueCertificate({
      ca: wechatpay.ca,
      commonName: mchid,
      publicKeyPem,
    });
    const apiV3Key = `sandbox-${mchid}`.padEnd(32, '0').slice(0, 32);
    await wechatpay.addMerchant({ mchid, certificatePem, apiV3Key, mode });
    const record: MerchantRecord = {
      mchid,
      certificate_serial: serial,
      signing_key_arn: arn,
      certificate_not_after: notAfter.toISOString(),
      ...(mode === 'public-key'
        ? {}
        : { api_v3_key: await encryptApiV3Key(kmsClient, dataKey.arn, mchid, Buffer.from(apiV3Key)) }),
      platform_keys: platformKeys({ mchid, mode, seeded }),
      version: 1,
    };
    await registry.create(record);
    return record;
  };

  return {
    wechatpay,
    kms,
    dynamo,
    registry,
    /** Those that all of AWS's stand-ins take. */
    credentials: CREDENTIALS,
    dataKeyArn: dataKey.arn,
    outcomesTable,
    addMerchant,
    /** Bus and queues too; most tests need none. To be closed before the stack. */
    startEvents: (options: Pick<EventsOptions, 'endpoints' | 'hurry' | 'visibilitySeconds' | 'ports'>) =>
      startEvents({ region: REGION, credentials: CREDENTIALS, prefix: eventBus, keep, ...options }),
    /** What a deployed Lambda would find in its environment. The first merchant given is the default one. */
    env: (mchid?: string): Record<string, string> => ({
      AWS_REGION: REGION,
      AWS_ACCESS_KEY_ID: CREDENTIALS.accessKeyId,
      AWS_SECRET_ACCESS_KEY: CREDENTIALS.secretAccessKey,
      AWS_ENDPOINT_URL_KMS: kms.url,
      AWS_ENDPOINT_URL_DYNAMODB: dynamo.url,
      POWERTOOLS_SERVICE_NAME: eventBus,
      MERCHANTS_TABLE: merchantsTable,
      OUTCOMES_TABLE: outcomesTable,
      EVENT_BUS_NAME: eventBus,
      DATA_KEY_ARN: dataKey.arn,
      WECHATPAY_HOSTS: `${wechatpay.url},${wechatpay.backupUrl}`,
      ...(mchid === undefined ? {} : { WECHATPAY_DEFAULT_MCHID: mchid }),
    }),
    /** Forgets what was counted so far. */
    clear: () => {
      wechatpay.clearCalls();
      kms.clearCalls();
      dynamo.clearCalls();
    },
    close: async () => {
      kmsClient.destroy();
      await Promise.all([wechatpay.close(), kms.close(), dynamo.close()]);
    },
  };
};
