import { BatchProcessor, EventType, processPartialResponse } from '@aws-lambda-powertools/batch';
import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import type { Endpoint } from '../endpoint.ts';
import { errorFields } from '../error-fields.ts';
import { asPresignError, fault, type PresignError } from '../errors.ts';
import type { LogFields, Telemetry } from '../telemetry.ts';
import type { Budget } from '../wechatpay/exchange.ts';
import { isRequestId } from './contract.ts';
import { backoff, MAX_RECEIVES, type Postpone } from './postpone.ts';
import { type Detail, readDetail, type Settled } from './settle.ts';

/** Time kept back from the attempts to remember and publish; in the last moment a record is left to its redelivery. */
const RESERVE_MS = 3_000;
const LAST_MOMENT_MS = 1_000;

export type QueueOptions = {
  endpoint: Endpoint;
  /** Made for each invocation; throws when the environment is bad, which leaves every message where it is. */
  settleWithin: (
    context: Context,
  ) => (detail: Detail, budget: Budget & { signal: AbortSignal }) => Promise<Settled>;
  postpone: Postpone;
  telemetry: Telemetry;
};

const lateness = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(fault('GATEWAY_TIMEOUT', 'deadline')));
  });

/**
 * The Lambda behind a queue. The records of a batch run side by side, each on its own; what may go better later is
 * reported as failed, which leaves its message on the queue, and so is what would not end before the function must.
 */
export const createQueueHandler = ({ endpoint, settleWithin, postpone, telemetry }: QueueOptions) => {
  const reportSettled = ({ asked, outcome, replayed, error }: Settled, about: LogFields): void => {
    const end =
      'response' in outcome ? { status: 200 } : { code: outcome.error.code, status: outcome.error.status };
    // A number that nobody here knows is only the caller's word.
    const mchid = error?.reason === 'merchant_unknown' ? undefined : asked.mchid;
    const fields = { ...about, ...end, ...(error && errorFields(error)), mchid, replayed };
    const { wechatpay_request_id } = outcome;
    if ('response' in outcome)
      telemetry.log('info', 'sign-up succeeded', { ...fields, wechatpay_request_id });
    else telemetry.log('warn', 'sign-up refused', { ...fields, wechatpay_request_id });
    if (error) telemetry.countError(error);
    if (replayed) telemetry.count('SignUpReplayed');
    else telemetry.count('response' in outcome ? 'SignUpSucceeded' : 'SignUpRefused');
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
    const retry_in_s = error.retryable ? backoff(receives, error.retryAfter) : 0;
    telemetry.log(last ? 'error' : 'warn', last ? 'sign-up dead-lettered' : 'sign-up postponed', {
      ...errorFields(error),
      ...about,
      ...(last || late ? {} : { retry_in_s }),
    });
    telemetry.count(last ? 'SignUpDeadLettered' : 'SignUpPostponed');
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

  return async (event: SQSEvent, context: Context): Promise<SQSBatchResponse> => {
    const ended = new AbortController();
    const timer = setTimeout(() => ended.abort(), context.getRemainingTimeInMillis() - LAST_MOMENT_MS);
    const budget = {
      remainingMs: () => context.getRemainingTimeInMillis() - RESERVE_MS,
      signal: ended.signal,
    };
    const late = lateness(ended.signal);
    late.catch(() => undefined);

    const handle = async (record: SQSRecord): Promise<void> => {
      const started = performance.now();
      const about: LogFields = {
        message_id: record.messageId,
        receives: Number(record.attributes.ApproximateReceiveCount),
        aws_request_id: context.awsRequestId,
      };
      try {
        const detail = readDetail(endpoint, record.body);
        if (isRequestId(detail.request_id)) about.request_id = detail.request_id;
        const settled = await Promise.race([settleWithin(context)(detail, budget), late]);
        reportSettled(settled, { ...about, duration_ms: Math.round(performance.now() - started) });
      } catch (thrown) {
        await leave(record, asPresignError(thrown), about, ended.signal.aborted);
        throw thrown;
      }
    };

    try {
      const processor = new BatchProcessor(EventType.SQS);
      // Thrown out of here, a whole batch's errors would be printed by Lambda with all they say.
      const options = { throwOnFullBatchFailure: false };
      return (await processPartialResponse(event, handle, processor, options)) as SQSBatchResponse;
    } finally {
      clearTimeout(timer);
      telemetry.flush();
    }
  };
};
