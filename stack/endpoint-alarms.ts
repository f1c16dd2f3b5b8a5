/** The alarms of one endpoint: its queue, its function, its pre-signs. */
import { asideOf, endpointNameOf } from '../lib/names.ts';
import { type AlarmSpecs, alarmsOf, metric, share } from './alarm.ts';
import { credentialAlarms, memoryAlarms, oursOf } from './call-alarms.ts';
import type { StackEndpoint } from './endpoints.ts';
import type { Expression, Resources } from './framework.ts';
import { VISIBILITY_PER_TIMEOUT } from './queues.ts';

const queueAlarms = (queue: string, bus: string, timeout: number): AlarmSpecs => {
  const sqs = (name: string, metricName: string) =>
    metric('AWS/SQS', metricName, { QueueName: name }, 'Maximum');
  const rule = (name: string) => metric('AWS/Events', name, { EventBusName: bus, RuleName: queue }, 'Sum');
  return {
    // Somebody who looks at messages hides them for a moment; over five minutes the most is what there is.
    DeadLetters: {
      says: 'Pre-signs asked for by events have ended without an outcome.',
      page: 'dead-letters',
      watches: sqs(asideOf(queue, 'dead-letters'), 'ApproximateNumberOfMessagesVisible'),
      above: 0,
    },
    Undelivered: {
      says: 'EventBridge could not put events into the queue.',
      page: 'undelivered',
      watches: sqs(asideOf(queue, 'undelivered'), 'ApproximateNumberOfMessagesVisible'),
      above: 0,
    },
    // A peak may wait, so only what lasts. SQS leaves out what was received three times or more: one that fails again and again.
    QueueAge: {
      says: 'Pre-signs asked for by events are waiting too long.',
      page: 'queue-age',
      watches: sqs(queue, 'ApproximateAgeOfOldestMessage'),
      above: 2 * VISIBILITY_PER_TIMEOUT * timeout,
      periods: 3,
    },
    RuleFailed: {
      says: 'EventBridge has given up delivering an event to the queue.',
      page: 'undelivered',
      watches: rule('FailedInvocations'),
      above: 0,
    },
    EventsLost: {
      says: 'EventBridge could deliver events neither to the queue nor to the undelivered: they are lost.',
      page: 'events-lost',
      watches: rule('InvocationsFailedToBeSentToDlq'),
      above: 0,
    },
    RuleThrottled: {
      says: 'EventBridge holds events back, for its quota is used up.',
      page: 'rule-throttled',
      watches: rule('ThrottledRules'),
      above: 0,
    },
  };
};

/** @param timeout in seconds. */
export const lambdaAlarms = (functionName: Expression, timeout: number): AlarmSpecs => {
  const lambda = (name: string, stat = 'Sum') =>
    metric('AWS/Lambda', name, { FunctionName: functionName }, stat);
  return {
    Errors: {
      says: 'The function has crashed or was cut off.',
      page: 'lambda-errors',
      watches: lambda('Errors'),
      above: 0,
    },
    Throttles: {
      says: 'Lambda has refused to run the function, for the concurrency is used up.',
      page: 'lambda-throttles',
      watches: lambda('Throttles'),
      above: 0,
    },
    Duration: {
      says: 'An invocation took more than 95 % of the time the function has.',
      page: 'lambda-duration',
      watches: lambda('Duration', 'Maximum'),
      above: 0.95 * timeout * 1000,
    },
  };
};

const presignAlarms = (prefix: string, name: string): AlarmSpecs => {
  const ours = oursOf(prefix, name);
  return {
    PresignsFailing: {
      says: 'More than 5 % of the pre-signs fail with a 5xx.',
      page: 'presigns-failing',
      watches: share(['failed'], ['failed', 'refused', 'succeeded'], 5, {
        failed: ours('PresignFailed'),
        refused: ours('PresignRefused'),
        succeeded: ours('PresignSucceeded'),
      }),
      above: 5,
      periods: 2,
      of: 3,
    },
    ...credentialAlarms(ours),
    KmsThrottled: {
      says: 'Pre-signs failed because the quota of KMS is used up.',
      page: 'kms-throttled',
      watches: ours('KmsThrottled'),
      above: 0,
    },
    WechatpayRetries: {
      says: 'More than 20 % of the attempts at WeChat Pay are repetitions.',
      page: 'wechatpay-retries',
      watches: share(['retries'], ['attempts'], 10, {
        retries: ours('WechatPayRetry'),
        attempts: ours('WechatPayLatency', 'SampleCount'),
      }),
      above: 20,
      periods: 2,
      of: 3,
    },
    WechatpayRateLimited: {
      says: 'WeChat Pay has answered 429 to every attempt of a pre-sign.',
      page: 'wechatpay-rate-limited',
      watches: ours('PresignError', 'Sum', { code: 'RATELIMIT_EXCEEDED' }),
      above: 0,
    },
    ...memoryAlarms(ours),
  };
};

/** @returns the alarms by logical id. */
export const endpointAlarms = ({ name, id, timeout }: StackEndpoint, prefix: string): Resources => {
  const fullName = endpointNameOf(prefix, name);
  return alarmsOf(id, fullName, {
    ...queueAlarms(fullName, prefix, timeout),
    ...lambdaAlarms({ Ref: `${id}LambdaFunction` }, timeout),
    ...presignAlarms(prefix, name),
  });
};
