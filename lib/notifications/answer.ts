import type { Context } from 'aws-lambda';
import { errorFields } from '../error-fields.ts';
import { asPresignError, type PresignError } from '../errors.ts';
import { unlessLate } from '../invocation.ts';
import type { LogFields, Telemetry } from '../telemetry.ts';
import { type NotificationRequest, readDelivery } from './delivery.ts';
import type { Envelope } from './envelope.ts';
import type { Receive } from './receive.ts';

/**
 * WeChat Pay waits 5 s for an answer (https://pay.weixin.qq.com/doc/v3/merchant/4012075420); a start of the function and
 * the way there and back take some of that.
 */
const ANSWER_MS = 2_500;
/** Time kept back from a function that was given less. */
const RESERVE_MS = 300;
/** Time kept back from the search for a key, so that who named an unknown one is refused like any other, and in time. */
const VERDICT_MS = 500;

export type NotificationAnswer = { statusCode: number; headers: Record<string, string>; body?: string };

/** Whoever knocks cannot tell one of these from another. */
const isUnverified = ({ reason }: PresignError): boolean =>
  reason === 'merchant_unknown' || reason.startsWith('verification_');

/** WeChat Pay reads the status alone; these are for whoever looks at what it was told. At most 64 characters. */
const refusalOf = (error: PresignError): [status: number, message: string] => {
  if (isUnverified(error)) return [401, 'The notification cannot be verified.'];
  if (error.code === 'PAYLOAD_TOO_LARGE') return [413, 'The notification is too large.'];
  return [error.status, 'The notification cannot be taken now.'];
};

const answer = (statusCode: number, requestId: string, message?: string): NotificationAnswer => {
  const headers = { 'Cache-Control': 'no-store', 'Request-ID': requestId };
  if (message === undefined) return { statusCode, headers };
  const body = JSON.stringify({ code: 'FAIL', message });
  return { statusCode, headers: { ...headers, 'Content-Type': 'application/json' }, body };
};

/** Of a verified notification, what the log may say: WeChat Pay's own ids, as far as they look like such. */
const EVENT_TYPE = /^[A-Z0-9_.]{1,64}$/;
const ID = /^[0-9A-Za-z-]{1,64}$/;
const nameOf = ({ id, event_type }: Envelope): LogFields => ({
  ...(EVENT_TYPE.test(event_type) ? { event_type } : {}),
  ...(ID.test(id) ? { notification_id: id } : {}),
});

/** The Lambda behind the route of notifications. It always answers, and only what was published is answered 204. */
export const createNotificationsHandler = (receive: Receive, telemetry: Telemetry) => {
  const tellFailure = (error: PresignError, fields: LogFields): void => {
    const isRefused = isUnverified(error) || error.status < 500;
    const [level, event] = isRefused
      ? (['warn', 'notification refused'] as const)
      : (['error', 'notification failed'] as const);
    // The code is meant for callers of the API, which WeChat Pay is not.
    telemetry.log(level, event, { ...errorFields(error), code: undefined, ...fields });
    if (error.reason === 'verification_probe') return;
    telemetry.count(isRefused ? 'NotificationRefused' : 'NotificationFailed');
    telemetry.countTrouble(error);
  };

  return async (event: NotificationRequest, context: Context): Promise<NotificationAnswer> => {
    const started = performance.now();
    const { awsRequestId: aws_request_id } = context;
    const left = context.getRemainingTimeInMillis() - RESERVE_MS;
    const ms = Math.max(0, Math.min(ANSWER_MS, Math.trunc(left)));
    const signal = AbortSignal.timeout(ms);
    const remainingMs = (): number => started + ms - VERDICT_MS - performance.now();
    let name: LogFields = {};
    try {
      const delivery = readDelivery(event);
      const { mchid } = delivery;
      const work = receive(delivery, { remainingMs, signal }, (envelope) => {
        name = nameOf(envelope);
      });
      await unlessLate(work, signal);
      const duration_ms = Math.round(performance.now() - started);
      telemetry.log('info', 'notification published', { mchid, ...name, duration_ms, aws_request_id });
      telemetry.count('NotificationPublished');
      return answer(204, aws_request_id);
    } catch (thrown) {
      const error = asPresignError(thrown);
      const [status, message] = refusalOf(error);
      tellFailure(error, { ...name, status, aws_request_id });
      return answer(status, aws_request_id, message);
    } finally {
      telemetry.flush();
    }
  };
};
