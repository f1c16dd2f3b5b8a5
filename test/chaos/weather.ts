import type { Events } from '../aws/events/events.ts';
import type { Stack } from '../aws/stack.ts';
import { offsetClaims } from './clocks.ts';
import type { Kind } from './plan.ts';

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
  dynamodb: { unavailable: 0.01, throttled: 0.01, 'lost-answer': 0.01, 'late-answer': 0.005, late: 0.005 },
  eventBridge: { 'entry-throttled': 0.02, unavailable: 0.01, 'lost-answer': 0.01 },
  sqs: { unavailable: 0.01 },
  /** Of all calls: they fall into an outage of two services at once. */
  outages: 0.1,
  /** Of the claims: they are made by a clock that is ten minutes ahead, and by one that is ten minutes behind. */
  clocks: 1 / 16,
  /** Of the invocations: the process is killed while it is at work. */
  killed: 0.02,
} as const;

const OUTAGES = [
  ['dynamodb', 'eventBridge'],
  ['dynamodb', 'wechatpay'],
  ['kms', 'wechatpay'],
  ['eventBridge', 'sqs'],
] as const;
type Service = (typeof OUTAGES)[number][number];
const OUTAGE_CALLS = 80;

const entriesOf = <K extends string>(shares: Readonly<Record<K, number>>) =>
  Object.entries(shares) as [K, number][];

/** Chance decides which calls are struck, not how many: one in each `1 / share`. */
const createStrikes = (share: number, random: () => number): (() => boolean) => {
  const among = Math.round(1 / share);
  const choose = (): number => Math.floor(random() * among);
  let asked = 0;
  let struck = choose();
  return () => {
    const strikes = asked === struck;
    asked += 1;
    if (asked === among) [asked, struck] = [0, choose()];
    return strikes;
  };
};

/** Outages last for so many calls and come after so many: the machine's pace does not matter. */
const createOutages = () => {
  const period = OUTAGE_CALLS / WEATHER.outages;
  const met = new Set<string>();
  let calls = 0;
  return {
    /** To be asked once for every call. */
    isOut: (service: Service): boolean => {
      calls += 1;
      const pair = OUTAGES[Math.floor(calls / period) % OUTAGES.length] ?? OUTAGES[0];
      const out = calls % period >= period - OUTAGE_CALLS && pair.some((one) => one === service);
      if (out) met.add(pair.join(' and '));
      return out;
    },
    met: (): number => met.size,
  };
};

export type WeatherOptions = {
  stack: Stack;
  events: Events;
  hurry: number;
  /** Of the pre-sign that WeChat Pay is asked for. */
  kindOf: (body: Buffer) => Kind | undefined;
  /** Told of the item that a wrong clock claims. */
  onWrongClock: (item: string) => void;
  random: () => number;
};

/** Lets the weather loose on everybody the Lambdas call, until `clear`. */
export const unleash = (options: WeatherOptions) => {
  const { stack, events, hurry, kindOf, onWrongClock, random } = options;
  const { kms, wechatpay, dynamo } = stack;
  const { eventBridge, queues } = events;
  const outages = createOutages();
  const times = Number.POSITIVE_INFINITY;
  const strikes = (share: number) => createStrikes(share, random);

  kms.fault('internal', { times, match: () => outages.isOut('kms') });
  for (const [kind, share] of entriesOf(WEATHER.kms)) kms.fault(kind, { times, match: strikes(share) });

  const asked = (is: (body: Buffer) => boolean) => ({
    times,
    match: ({ method, body }: { method: string; body: Buffer }) => method === 'POST' && is(body),
  });
  wechatpay.fault({ kind: 'reset-after' }, { times, match: () => outages.isOut('wechatpay') });
  wechatpay.fault(
    { kind: 'reset-after' },
    asked((body) => kindOf(body) === 'unanswered'),
  );
  for (const [kind, share] of entriesOf(WEATHER.wechatpay)) {
    const struck = strikes(share);
    wechatpay.fault(
      { kind },
      asked(() => struck()),
    );
  }
  wechatpay.fault(
    { kind: 'refuse', status: 400, code: 'INVALID_REQUEST', message: '不符合规则' },
    asked((body) => kindOf(body) === 'refused'),
  );

  dynamo.fault('unavailable', times, () => outages.isOut('dynamodb'));
  for (const [kind, share] of entriesOf(WEATHER.dynamodb)) dynamo.fault(kind, times, strikes(share));
  dynamo.rewrite(offsetClaims(600_000 / hurry, WEATHER.clocks, onWrongClock));

  eventBridge.fault('unavailable', times, () => outages.isOut('eventBridge'));
  for (const [kind, share] of entriesOf(WEATHER.eventBridge)) eventBridge.fault(kind, times, strikes(share));
  // Events reach their queue all the same: EventBridge tries for a day, its stand-in five times.
  queues.fault('unavailable', times, (operation) => outages.isOut('sqs') && operation !== 'SendMessage');
  for (const [kind, share] of entriesOf(WEATHER.sqs)) queues.fault(kind, times, strikes(share));

  return {
    /** How many pairs of services have been out together. */
    outages: outages.met,
    clear: () => {
      for (const one of [kms, wechatpay, dynamo, eventBridge, queues]) one.clearFaults();
      dynamo.rewrite(({ body }) => body);
    },
  };
};
