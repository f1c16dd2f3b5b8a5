import {
  ConditionalCheckFailedException,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  paginateScan,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import { fault, PresignError } from '../errors.ts';
import {
  isComplete,
  type MerchantChanges,
  type MerchantItem,
  type MerchantRecord,
  merchantItem,
} from './record.ts';

type Seen = Pick<MerchantItem, 'mchid' | 'refreshed_at'>;

/** All functions reject with a PresignError (SERVICE_UNAVAILABLE) when DynamoDB or the item cannot be used. */
export type Registry = {
  /** The merchant as Lambdas see it: undefined when it is not there, or not complete yet. */
  read: (mchid: string) => Promise<MerchantRecord | undefined>;
  /** The item as it is, for the operator's tool. */
  readItem: (mchid: string) => Promise<MerchantItem | undefined>;
  /** The numbers of all merchants, complete or not, in no order. */
  list: () => AsyncIterable<string>;
  /** Puts a merchant that is not there yet; false when it is. */
  create: (item: MerchantItem) => Promise<boolean>;
  /** Writes `changes` in one piece over the version in `seen`; false when somebody else has written since. */
  update: (seen: MerchantItem, changes: MerchantChanges) => Promise<boolean>;
  /**
   * Claims the right to download platform certificates until `until` (ms); false while somebody else has it, and when
   * somebody has refreshed since `seen` was read: who looked just before must not download what was just stored.
   */
  claimRefresh: (seen: Seen, now: number, until: number) => Promise<boolean>;
  /** Gives the claim back; `refreshedAt` (ISO 8601) when the download succeeded. */
  endRefresh: (mchid: string, refreshedAt: string | undefined) => Promise<void>;
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

const parse = (item: Record<string, unknown>): MerchantItem => {
  const parsed = merchantItem.safeParse(item);
  if (parsed.success) return parsed.data;
  throw fault('SERVICE_UNAVAILABLE', 'merchant_misconfigured', { retryAfter: 60 });
};

const WITHOUT_UNDEFINED = { removeUndefinedValues: true };

/** `SET` for the members that have a value, `REMOVE` for those that are undefined. */
const expressionFor = (changes: object) => {
  const names = Object.keys(changes);
  const values = changes as Record<string, unknown>;
  const set = names.filter((name) => values[name] !== undefined);
  const remove = names.filter((name) => values[name] === undefined);
  const parts = [
    ...(set.length > 0 ? [`SET ${set.map((name) => `#${name} = :${name}`).join(', ')}`] : []),
    ...(remove.length > 0 ? [`REMOVE ${remove.map((name) => `#${name}`).join(', ')}`] : []),
  ];
  return {
    UpdateExpression: parts.join(' '),
    ExpressionAttributeNames: Object.fromEntries(names.map((name) => [`#${name}`, name])),
    values: Object.fromEntries(set.map((name) => [`:${name}`, values[name]])),
  };
};

/** The merchant registry: one DynamoDB item per merchant. */
export const createRegistry = (dynamo: DynamoDBClient, table: string): Registry => {
  const change = (mchid: string, changes: object, condition: string, operands: Record<string, unknown>) => {
    const { values, ...expression } = expressionFor(changes);
    const command = new UpdateItemCommand({
      TableName: table,
      Key: marshall({ mchid }),
      ...expression,
      ConditionExpression: condition,
      ...(Object.keys({ ...values, ...operands }).length > 0
        ? { ExpressionAttributeValues: marshall({ ...values, ...operands }, WITHOUT_UNDEFINED) }
        : {}),
    });
    return dynamo.send(command).then(() => true, lostRace);
  };

  const readItem: Registry['readItem'] = async (mchid) => {
    // A refresh that lost a race reads again at once and must see the winner.
    const command = new GetItemCommand({ TableName: table, Key: marshall({ mchid }), ConsistentRead: true });
    const { Item } = await dynamo.send(command).catch(unavailable);
    return Item && parse(unmarshall(Item));
  };

  return {
    readItem,
    read: async (mchid) => {
      const item = await readItem(mchid);
      return item && isComplete(item) ? item : undefined;
    },
    list: async function* () {
      try {
        const scan = { TableName: table, ProjectionExpression: 'mchid' };
        for await (const { Items = [] } of paginateScan({ client: dynamo }, scan)) {
          yield* Items.map((item) => String(unmarshall(item)['mchid']));
        }
      } catch (error) {
        unavailable(error);
      }
    },
    create: (item) => {
      const command = new PutItemCommand({
        TableName: table,
        Item: marshall(item, WITHOUT_UNDEFINED),
        ConditionExpression: 'attribute_not_exists(mchid)',
      });
      return dynamo.send(command).then(() => true, lostRace);
    },
    update: ({ mchid, version }, changes) =>
      change(mchid, { ...changes, version: version + 1 }, '#version = :seen', { ':seen': version }),
    claimRefresh: ({ mchid, refreshed_at }, now, until) => {
      const free = '(attribute_not_exists(#refresh_claimed_until) OR #refresh_claimed_until <= :now)';
      const unseen = 'attribute_not_exists(refreshed_at)';
      const condition = `attribute_exists(mchid) AND ${free} AND ${refreshed_at ? 'refreshed_at = :seen' : unseen}`;
      const operands = { ':now': now, ...(refreshed_at ? { ':seen': refreshed_at } : {}) };
      return change(mchid, { refresh_claimed_until: until }, condition, operands);
    },
    endRefresh: async (mchid, refreshedAt) => {
      const refreshed = refreshedAt === undefined ? {} : { refreshed_at: refreshedAt };
      await change(mchid, { refresh_claimed_until: undefined, ...refreshed }, 'attribute_exists(mchid)', {});
    },
  };
};
