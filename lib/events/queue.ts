import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import type { Endpoint } from '../endpoint.ts';
import { errorFields } from '../error-fields.ts';
import { asPresignError, fault, PresignError } from '../errors.ts';
import { type Invocation, invocationOf, unlessLate } from '../invocation.ts';
import type { Presign, Presigned } from '../presign.ts';
import type { LogFields, Telemetry } from '../telemetry.ts';
import { drawBackoff, MAX_RECEIVES } from './back-off.ts';
import { isMchid, isRequestId } from './contract.ts';
import { createCheck, readMessage } from './message.ts';
import type { Postpone } from './postpone.ts';
import type { Publish } from './publish.ts';

/** Time kept back from the attempts to remember and publish; in the last moment a message is left to its redelivery. */
const RESERVE_MS = 3_000;
const LAST_MOMENT_MS = 1_000;

export type QueueOptions = {
  endpoint: Endpoint;
  /** Throws when the environment is bad, which leaves every message where it is. */
  connect: () => { presign: Presign; publish: Publish; defaultMchid: string | undefined };
  postpone: Postpone;
  telemetry: Telemetry;
};

/** A refusal for good is an outcome like any other; what may go better later is none. */
const refusalIn = (thrown: unknown): PresignError => {
  const error = asPresignError(thrown);
  if (error.retryable) throw error;
  return error;
};

/**
 * The Lambda behind a queue. The messages of a batch are handled side by side, each on its own; one that may go better
 * later is reported as failed, which leaves it on the queue.
 */
export const createQueueHandler = ({ endpoint, connect, postpone, telemetry }: QueueOptions) => {
  const check = createCheck(endpoint);

  /** Reads the message → checks it → runs it once → publishes the outcome. Rejects when it is to come again. */
  const handle = async (record: SQSRecord, about: LogFields, invocation: Invocation): Promise<void> => {
    const started = performance.now();
    const asked = readMessage(endpoint, record.body);
    const { request_id } = asked;
    if (isRequestId(request_id)) about.request_id = request_id;
    const { presign, publish, defaultMchid } = connect();
    const run = async (): Promise<Presigned> => presign(check(asked), invocation);
    const outcome = await run().catch(refusalIn);
    // Whoever the message comes to next tells the outcome.
    if (invocation.signal.aborted) return;
    const mchid = asked.mchid === undefined ? defaultMchid : asked.mchid;
    // A Lambda that is frozen at it and thawed for another batch must not go on: by then somebody else may have told.
    await publish({ request_id, ...(isMchid(mchid) && { mchid }) }, outcome, invocation.signal);
    reportEnd(outcome, { ...about, duration_ms: Math.round(performance.now() - started) });
  };

  const reportEnd = (outcome: Presigned | PresignError, about: LogFields): void => {
    const refused = outcome instanceof PresignError;
    const replayed = refused ? outcome.reason === 'outcome_replayed' : outcome.replayed;
    const { mchid, requestId } = outcome;
    const end = refused ? errorFields(outcome) : { status: 200 };
    const fields = { ...about, ...end, mchid, wechatpay_request_id: requestId, replayed };
    telemetry.log(refused ? 'warn' : 'info', refused ? 'pre-sign refused' : 'pre-sign succeeded', fields);
    if (replayed) telemetry.count('PresignReplayed');
    else telemetry.count(refused ? 'PresignRefused' : 'PresignSucceeded');
    if (refused && !replayed) telemetry.countError(outcome);
  };

  /** Leaves a message on the queue, to come back when it may go better; what nobody can read, at once. */
  const leave = async (
    record: SQSRecord,
    error: PresignError,
    about: LogFields,
    late: boolean,
  ): Promise<void> => {
    const receives = Number(record.attributes.ApproximateReceiveCount);
    const last = receives >= MAX_RECEIVES;
    const retry_in_s = error.retryable ? drawBackoff(receives, error.retryAfter) : 0;
    telemetry.log(last ? 'error' : 'warn', last ? 'pre-sign dead-lettered' : 'pre-sign postponed', {
      ...errorFields(error),
      ...about,
      ...(last || late ? {} : { retry_in_s }),
    });
    telemetry.count(last ? 'PresignDeadLettered' : 'PresignPostponed');
    telemetry.countError(error);
    if (late) return;
    // Should this fail, the message comes back all the same, when its visibility time-out ends.
    await postpone(record, retry_in_s).catch((cause: unknown) =>
      telemetry.log('warn', 'postponing failed', {
        ...about,
        ...errorFields(fault('SERVICE_UNAVAILABLE', 'queue_unavailable', { cause })),
      }),
    );
  };

  /** @returns whether the message is done with. */
  const handleOrLeave = async (record: SQSRecord, invocation: Invocation): Promise<boolean> => {
    const about: LogFields = {
      message_id: record.messageId,
      receives: Number(record.attributes.ApproximateReceiveCount),
      aws_request_id: invocation.awsRequestId,
    };
    try {
      await unlessLate(handle(record, about, invocation), invocation.signal);
      return true;
    } catch (thrown) {
      await leave(record, asPresignError(thrown), about, invocation.signal.aborted);
      return false;
    }
  };

  return async ({ Records }: SQSEvent, context: Context): Promise<SQSBatchResponse> => {
    const ended = new AbortController();
    const timer = setTimeout(() => ended.abort(), context.getRemainingTimeInMillis() - LAST_MOMENT_MS);
    const invocation = invocationOf(context, ended.signal, RESERVE_MS);
    try {
      const done = await Promise.all(Records.map((record) => handleOrLeave(record, invocation)));
      const left = Records.filter((_, index) => !done[index]);
      return { batchItemFailures: left.map(({ messageId }) => ({ itemIdentifier: messageId })) };
    } finally {
      clearTimeout(timer);
      telemetry.flush();
    }
  };
};
