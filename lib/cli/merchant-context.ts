import { setTimeout as wait } from 'node:timers/promises';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { KMSClient } from '@aws-sdk/client-kms';
import type { MerchantChanges, MerchantItem } from '../merchants/record.ts';
import { createRegistry, type Registry } from '../merchants/registry.ts';
import { Failure } from './failure.ts';
import { processTerminal, type Terminal } from './prompt.ts';

/** What every command works with. */
export type Context = {
  kms: KMSClient;
  registry: Registry;
  stage: string;
  /** ARN or alias of the key that protects APIv3 keys. */
  dataKey: string;
  merchantsTable: string;
  region: string;
  terminal: Terminal;
  yes: boolean;
  now: () => number;
  wait: (ms: number) => Promise<unknown>;
  env: Readonly<Record<string, string | undefined>>;
  close: () => void;
};

export type Place = { stage: string; region: string | undefined; profile: string | undefined; yes: boolean };

/** A profile that was asked for by name must win over keys that happen to be in the environment, as in AWS's own CLI. */
const choosePlace = ({ region, profile }: Place): void => {
  if (region !== undefined) process.env['AWS_REGION'] = region;
  if (profile === undefined) return;
  for (const name of ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN'])
    delete process.env[name];
  process.env['AWS_PROFILE'] = profile;
};

export const connect = async (place: Place): Promise<Context> => {
  choosePlace(place);
  const { stage, yes } = place;
  const { env } = process;
  const client = { maxAttempts: 3, requestHandler: { connectionTimeout: 3_000, requestTimeout: 10_000 } };
  const kms = new KMSClient(client);
  const dynamo = new DynamoDBClient(client);
  const merchantsTable = env['MERCHANTS_TABLE'] || `wechatpay-presign-${stage}-merchants`;
  return {
    kms,
    registry: createRegistry(dynamo, merchantsTable),
    stage,
    dataKey: env['DATA_KEY_ARN'] || `alias/wechatpay-presign-${stage}-data`,
    merchantsTable,
    region: await kms.config.region(),
    terminal: processTerminal(),
    yes,
    now: Date.now,
    wait,
    env,
    close: () => {
      kms.destroy();
      dynamo.destroy();
    },
  };
};

/** @throws Failure for a merchant that nobody added. */
export const itemOf = async ({ registry, stage }: Context, mchid: string): Promise<MerchantItem> => {
  const item = await registry.readItem(mchid);
  if (item !== undefined) return item;
  throw new Failure(
    `merchant ${mchid} is not in the registry of stage ${stage}: run \`add ${mchid}\` first, or check --stage.`,
  );
};

/** One conditional write. @throws Failure when somebody else has written since `seen` was read. */
export const write = async (
  { registry }: Context,
  seen: MerchantItem,
  changes: MerchantChanges,
): Promise<void> => {
  if (await registry.update(seen, changes)) return;
  throw new Failure(
    `somebody else changed merchant ${seen.mchid} meanwhile; nothing was written. Run again.`,
  );
};
