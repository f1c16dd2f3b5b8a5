import {
  ConditionalCheckFailedException,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import * as z from 'zod/mini';
import { fault, PresignError } from '../errors.ts';
import type { StoredPlatformKey } from '../wechatpay/platform-keys.ts';

/** What the merchant platform calls 商户号. */
export const MCHID = /^\d{1,32}$/;

const platformKey = z.object({
  kind: z.enum(['PUBLIC_KEY', 'CERTIFICATE']),
  pem: z.string(),
  not_before: z.optional(z.string()),
  not_after: z.optional(z.string()),
  fetched_at: z.string(),
});

const merchantRecord = z.object({
  mchid: z.string().check(z.regex(MCHID)),
  certificate_serial: z.string().check(z.regex(/^[0-9A-F]{1,40}$/)),
  signing_key_arn: z.string().check(z.startsWith('arn:')),
  /** Ciphertext; absent for a merchant that has the WeChat Pay public key only. */
  api_v3_key: z.optional(z.custom<Uint8Array>((value) => ArrayBuffer.isView(value))),
  /** By certificate serial or public-key id. */
  platform_keys: z.record(z.string(), platformKey),
  /** Counts writes; every write names the version it has seen. */
  version: z.int(),
});
export type MerchantRecord = z.infer<typeof merchantRecord>;

export type Registry = {
  /** The merchant's item as it is now, or undefined. Rejects with a PresignError. */
  read: (mchid: string) => Promise<MerchantRecord | undefined>;
  /** Puts a merchant that is not there yet; false when it is. */
  create: (record: MerchantRecord) => Promise<boolean>;
  /** Replaces the platform keys of the version in `record`; false when somebody else has written since. */
  storePlatformKeys: (record: MerchantRecord, keys: Record<string, StoredPlatformKey>) => Promise<boolean>;
};

const unavailable = (cause: unknown): never => {
  throw cause instanceof PresignError
    ? cause
    : fault('SERVICE_UNAVAILABLE', 'registry_unavailable', { cause, retryAfter: 2 });
};

const lostRace = (error: unknown): false => {
  if (error instanceof ConditionalCheckFailedException) return false;
  return unavailable(error);
};

const parse = (item: Record<string, unknown>): MerchantRecord => {
  const parsed = merchantRecord.safeParse(item);
  if (parsed.success) return parsed.data;
  throw fault('SERVICE_UNAVAILABLE', 'merchant_misconfigured', { retryAfter: 60 });
};

/** The merchant registry: one DynamoDB item per merchant. */
export const createRegistry = (dynamo: DynamoDBClient, table: string): Registry => ({
  read: async (mchid) => {
    // A refresh that lost a race reads again at once and must see the winner.
    const command = new GetItemCommand({ TableName: table, Key: marshall({ mchid }), ConsistentRead: true });
    const { Item } = await dynamo.send(command).catch(unavailable);
    return Item && parse(unmarshall(Item));
  },
  create: async (record) => {
    const command = new PutItemCommand({
      TableName: table,
      Item: marshall(record, { removeUndefinedValues: true }),
      ConditionExpression: 'attribute_not_exists(mchid)',
    });
    return dynamo.send(command).then(() => true, lostRace);
  },
  storePlatformKeys: async ({ mchid, version }, keys) => {
    const values = { ':keys': keys, ':next': version + 1, ':seen': version };
    const command = new UpdateItemCommand({
      TableName: table,
      Key: marshall({ mchid }),
      UpdateExpression: 'SET platform_keys = :keys, version = :next',
      ConditionExpression: 'version = :seen',
      ExpressionAttributeValues: marshall(values, { removeUndefinedValues: true }),
    });
    return dynamo.send(command).then(() => true, lostRace);
  },
});
