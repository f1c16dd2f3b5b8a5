import {
  IdempotencyAlreadyInProgressError,
  IdempotencyConfig,
  IdempotencyValidationError,
  makeIdempotent,
} from '@aws-lambda-powertools/idempotency';
import { DynamoDBPersistenceLayer } from '@aws-lambda-powertools/idempotency/dynamodb';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { Context } from 'aws-lambda';
import { fault, PresignError } from '../errors.ts';
import type { Outcome } from './contract.ts';
import { fence } from './fence.ts';

/** Longer than a message can live: 14 days at most, dead-letter queue included. */
const KEPT_SECONDS = 15 * 24 * 60 * 60;

/** What identifies a sign-up, and what it asked for. */
export type Asked = { merchant: string | undefined; request_id: string; body: unknown };

/**
 * Resolves with the outcome of `asked`: the remembered one, or else that of `decide`, which is remembered before this
 * resolves. Nothing is remembered of a `decide` that rejects.
 * Rejects with what `decide` rejects with; with SERVICE_UNAVAILABLE when the outcome can be neither found nor kept or
 * somebody else is at it right now; with REQUEST_ID_REUSED when the id was first used for another body.
 */
export type Remember = (
  asked: Asked,
  decide: () => Promise<Outcome>,
) => Promise<{ outcome: Outcome; replayed: boolean }>;

const translated = (error: unknown): PresignError => {
  if (error instanceof PresignError) return error;
  if (error instanceof IdempotencyValidationError) return fault('REQUEST_ID_REUSED', 'request_id_reused');
  if (error instanceof IdempotencyAlreadyInProgressError)
    return fault('SERVICE_UNAVAILABLE', 'duplicate_in_progress', { retryAfter: 2 });
  return fault('SERVICE_UNAVAILABLE', 'outcomes_unavailable', { cause: error, retryAfter: 2 });
};

/**
 * Remembered outcomes of one endpoint, in DynamoDB, kept by Powertools' idempotency. The table holds hashes (SHA-256)
 * and outcomes, nothing of what was submitted. The hash of the body is taken together with the request id: by itself
 * it could be compared with guesses at a name and an ID number.
 * @param dynamo of its own: what it writes is fenced from now on.
 * @returns for one invocation, whose `context` tells when an unfinished claim may be taken over.
 */
export const createOutcomes = (dynamo: DynamoDBClient, table: string, endpointName: string) => {
  fence(dynamo);
  const persistenceStore = new DynamoDBPersistenceLayer({ tableName: table, awsSdkV3Client: dynamo });
  const config = new IdempotencyConfig({
    eventKeyJmesPath: '[merchant, request_id]',
    payloadValidationJmesPath: '[request_id, body]',
    throwOnNoIdempotencyKey: true,
    hashFunction: 'sha256',
    expiresAfterSeconds: KEPT_SECONDS,
  });
  const once = makeIdempotent(
    async (_asked: Asked, decide: () => Promise<Outcome>): Promise<Outcome> => decide(),
    { persistenceStore, config, keyPrefix: endpointName, dataIndexArgument: 0 },
  );
  return (context: Context): Remember => {
    config.registerLambdaContext(context);
    return async (asked, decide) => {
      let replayed = true;
      const outcome = await once(asked, () => {
        replayed = false;
        return decide();
      }).catch((error: unknown) => {
        throw translated(error);
      });
      return { outcome, replayed };
    };
  };
};
