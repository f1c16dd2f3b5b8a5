import type { Events } from '../aws/events/events.ts';
import type { Stack } from '../aws/stack.ts';

/** Shares of the calls that go wrong, by who is called. */
export const WEATHER = {
  kms: { throttled: 0.05 },
  wechatpay: {
    'system-error': 0.05,
    unavailable: 0.05,
    reset: 0.025,
    'reset-after': 0.025,
    'bad-signature': 0.02,
  },
  dynamodb: { unavailable: 0.01, throttled: 0.01 },
  eventBridge: { 'entry-throttled': 0.02, unavailable: 0.01, 'lost-answer': 0.01 },
  sqs: { unavailable: 0.01 },
  /** Of the invocations: the process is killed while it is at work. */
  killed: 0.02,
} as const;

const entriesOf = <K extends string>(shares: Readonly<Record<K, number>>) =>
  Object.entries(shares) as [K, number][];

/** Lets the weather loose on everybody the Lambdas call, until `clear`. */
export const unleash = (stack: Stack, events: Events, random: () => number): { clear: () => void } => {
  const strikes = (share: number) => (): boolean => random() < share;
  const times = Number.POSITIVE_INFINITY;
  for (const [kind, share] of entriesOf(WEATHER.kms)) stack.kms.fault(kind, { times, match: strikes(share) });
  for (const [kind, share] of entriesOf(WEATHER.wechatpay)) {
    stack.wechatpay.fault({ kind }, { times, match: ({ method }) => method === 'POST' && random() < share });
  }
  for (const [kind, share] of entriesOf(WEATHER.dynamodb)) stack.dynamo.fault(kind, times, strikes(share));
  for (const [kind, share] of entriesOf(WEATHER.eventBridge))
    events.eventBridge.fault(kind, times, strikes(share));
  for (const [kind, share] of entriesOf(WEATHER.sqs)) events.queues.fault(kind, times, strikes(share));
  return {
    clear: () => {
      stack.kms.clearFaults();
      stack.wechatpay.clearFaults();
      stack.dynamo.clearFaults();
      events.eventBridge.clearFaults();
      events.queues.clearFaults();
    },
  };
};
