import { createHash, randomUUID } from 'node:crypto';
import {
  type AttributeValue,
  ConditionalCheckFailedException,
  type DynamoDBClient,
  GetItemCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import * as z from 'zod/mini';
import { fault, type PresignError } from '../errors.ts';
import type { Sealed } from '../wechatpay/client.ts';

/** Longer than a message can live: 14 days at most, dead-letter queue included. */
const KEPT_SECONDS = 15 * 24 * 60 * 60;
/** How much the clocks of two Lambdas may differ. */
const CLOCK_MARGIN_MS = 1_000;
/** Longer than an invocation lasts. */
const MAX_RETRY_AFTER = 30;

/** Two requests with the same merchant and id are one; `content` is what was asked for. */
export type RequestKey = { mchid: string; requestId: string; content: unknown };

/** The right to ask WeChat Pay, held by one invocation. */
export type Claim = {
  id: string;
  token: string;
  /** What to send: that of the first attempt, if there was one. */
  sealed: Sealed;
  /** How many claims, this one included, have ended without anybody knowing what WeChat Pay did. */
  unsettled: number;
};

export type RequestStore = {
  /**
   * Claims a request until `until` (milliseconds since the epoch), or finds how it ended: the text given to `settle`.
   * @throws PresignError REQUEST_IN_PROGRESS while somebody else has it, REQUEST_ID_REUSED when its content is another,
   *   SERVICE_UNAVAILABLE when the table cannot be used.
   */
  claim: (key: RequestKey, sealed: Sealed, until: number) => Promise<Claim | string>;
  /** Keeps how it ended, for good. This and the others reject with a PresignError, also once the claim is somebody else's. */
  settle: (claim: Claim, outcome: string) => Promise<void>;
  /** Gives the claim back. `unsettled`: the number that whoever claims it next adds one to. */
  release: (claim: Claim, unsettled: number) => Promise<void>;
  /** Replaces what to send. */
  reseal: (claim: Claim, sealed: Sealed) => Promise<void>;
};

const requestItem = z.object({
  fingerprint: z.string(),
  claim: z.string(),
  claimed_until: z.number(),
  unsettled: z.number(),
  platform_key_id: z.string(),
  /** JSON pointer → base64; gone once the request has ended. */
  ciphertexts: z.optional(z.record(z.string(), z.string())),
  outcome: z.optional(z.string()),
  expiration: z.number(),
});
type RequestItem = z.infer<typeof requestItem>;

const isOurs = 'claim = :claim';
/** A write may also be carried out long after everybody has given up waiting for it. */
const isOpen = `${isOurs} AND attribute_not_exists(outcome)`;
/** Nobody has asked for it, or whoever asked has left it unsettled. */
const isFree =
  'attribute_not_exists(id) OR (fingerprint = :fingerprint AND claimed_until < :now AND attribute_not_exists(outcome))';
const setClaim =
  'SET fingerprint = :fingerprint, claim = :claim, claimed_until = :until, expiration = :expiration';
/** What an earlier attempt has left stays. */
const claimFree = `${setClaim}, platform_key_id = if_not_exists(platform_key_id, :key), ciphertexts = if_not_exists(ciphertexts, :ciphertexts), unsettled = if_not_exists(unsettled, :none) + :one`;
const claimExpired = `${setClaim}, platform_key_id = :key, ciphertexts = :ciphertexts, unsettled = :one REMOVE outcome`;

/** JSON with the members of each object in one order. */
const canonicalise = (value: unknown): string =>
  JSON.stringify(value, (_, member: unknown) =>
    typeof member === 'object' && member !== null && !Array.isArray(member)
      ? Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : 1)))
      : member,
  );

const hashParts = (...parts: unknown[]): string =>
  createHash('sha256').update(canonicalise(parts)).digest('base64url');

const unavailable = (cause: unknown): PresignError =>
  fault('SERVICE_UNAVAILABLE', 'outcomes_unavailable', { cause, retryAfter: 2 });

const inProgress = (milliseconds: number): PresignError => {
  const retryAfter = Math.min(Math.max(Math.ceil(milliseconds / 1_000), 1), MAX_RETRY_AFTER);
  return fault('REQUEST_IN_PROGRESS', 'duplicate_in_progress', { retryAfter });
};

const parseItem = (item: Record<string, AttributeValue> | undefined): RequestItem => {
  const parsed = requestItem.safeParse(item && unmarshall(item));
  if (parsed.success) return parsed.data;
  throw unavailable(parsed.error);
};

/**
 * Remembered requests of one endpoint, in DynamoDB. Every write is conditional on the claim, so whoever was overtaken
 * changes nothing; and every write may be made twice, for the SDK repeats one whose answer got lost. The table holds
 * hashes (SHA-256), ciphertexts that only WeChat Pay opens, and outcomes. The hash of the content is taken together
 * with the request id: by itself it could be compared with guesses at a name and an ID number.
 * @param now milliseconds since the epoch.
 */
export const createRequestStore = (
  dynamo: DynamoDBClient,
  table: string,
  endpoint: string,
  now: () => number = Date.now,
): RequestStore => {
  /** @returns the item as it is afterwards; undefined when the condition does not hold. */
  const update = async (id: string, expression: string, condition: string, values: object) => {
    const command = new UpdateItemCommand({
      TableName: table,
      Key: marshall({ id }),
      UpdateExpression: expression,
      ConditionExpression: condition,
      ExpressionAttributeValues: marshall(values),
      ReturnValues: 'ALL_NEW',
    });
    try {
      return parseItem((await dynamo.send(command)).Attributes);
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return undefined;
      throw unavailable(error);
    }
  };

  const read = async (id: string): Promise<RequestItem> => {
    const command = new GetItemCommand({ TableName: table, Key: marshall({ id }), ConsistentRead: true });
    const { Item } = await dynamo.send(command).catch((error: unknown) => {
      throw unavailable(error);
    });
    return parseItem(Item);
  };

  const hold = async (
    { id, token }: Claim,
    condition: string,
    expression: string,
    values: object,
  ): Promise<void> => {
    if (!(await update(id, expression, condition, { ':claim': token, ...values }))) throw inProgress(0);
  };

  return {
    claim: async ({ mchid, requestId, content }, sealed, until) => {
      const id = `${endpoint}#${hashParts(mchid, requestId)}`;
      const token = randomUUID();
      const seconds = Math.floor(now() / 1_000);
      const values = {
        ':fingerprint': hashParts(requestId, content),
        ':claim': token,
        ':until': until + CLOCK_MARGIN_MS,
        ':expiration': seconds + KEPT_SECONDS,
        ':key': sealed.platformKeyId,
        ':ciphertexts': sealed.ciphertexts,
        ':one': 1,
      };
      const claimOf = ({ ciphertexts = {}, platform_key_id, unsettled }: RequestItem): Claim => ({
        id,
        token,
        sealed: { platformKeyId: platform_key_id, ciphertexts },
        unsettled,
      });
      const free = await update(id, claimFree, isFree, { ...values, ':none': 0, ':now': now() });
      if (free) return claimOf(free);
      const item = await read(id);
      // Our own write, made again because its first answer got lost.
      if (item.claim === token) return claimOf(item);
      // DynamoDB deletes what has expired within days, not at once.
      if (item.expiration < seconds) {
        const taken = await update(id, claimExpired, 'claim = :seen', { ...values, ':seen': item.claim });
        if (taken) return claimOf(taken);
        throw inProgress(until - now());
      }
      if (item.fingerprint !== values[':fingerprint']) throw fault('REQUEST_ID_REUSED', 'request_id_reused');
      if (item.outcome === undefined) throw inProgress(item.claimed_until - now());
      return item.outcome;
    },
    settle: (claim, outcome) =>
      hold(claim, isOurs, 'SET outcome = :outcome REMOVE ciphertexts', { ':outcome': outcome }),
    release: (claim, unsettled) =>
      hold(claim, isOpen, 'SET claimed_until = :released, unsettled = :unsettled', {
        ':released': 0,
        ':unsettled': unsettled,
      }),
    reseal: (claim, { platformKeyId, ciphertexts }) =>
      hold(claim, isOpen, 'SET platform_key_id = :key, ciphertexts = :ciphertexts', {
        ':key': platformKeyId,
        ':ciphertexts': ciphertexts,
      }),
  };
};
