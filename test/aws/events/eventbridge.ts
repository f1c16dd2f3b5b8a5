import { createFaultQueue } from '../../../sandbox/fault-queue.ts';
import { keepLast } from '../../../sandbox/keep-last.ts';
import { listen, type Reply } from '../http.ts';
import { authenticate, SignatureError, type SignedRequest } from '../sigv4.ts';
import { createDelivery, type Rule } from './delivery.ts';
import {
  type BusEvent,
  type Entry,
  type EntryResult,
  PutEventsError,
  readCall,
  readEntry,
} from './put-events.ts';
import type { Queues } from './queues.ts';
import { createRules } from './rules.ts';

/**
 * `unavailable`: 500 InternalException. `throttled`: 400 ThrottlingException. `hang`: no answer. `reset`: a TCP reset.
 * `lost-answer`: everything is taken, and then a reset. `entry-…`: a 200 that refuses its first entry.
 */
export type BusFault =
  | 'unavailable'
  | 'throttled'
  | 'hang'
  | 'reset'
  | 'lost-answer'
  | 'entry-throttled'
  | 'entry-internal';

export type EventBridgeOptions = {
  bus: string;
  region: string;
  credentials: { accessKeyId: string; secretAccessKey: string };
  rules: readonly Rule[];
  queues: Queues;
  clock?: () => number;
  port?: number;
  /** How many events are remembered; default all. */
  keep?: number;
};

export type EventBridge = Awaited<ReturnType<typeof startEventBridge>>;

const ACCOUNT = '111122223333';
const ENTRY_FAULTS = { 'entry-throttled': 'ThrottlingException', 'entry-internal': 'InternalFailure' };

/**
 * EventBridge on loopback: PutEvents of one bus with the checks of the real one; the stack's rules, which send to queues,
 * and those that somebody puts.
 */
export const startEventBridge = async (options: EventBridgeOptions) => {
  const { bus, region, credentials, rules, queues, clock = Date.now, port = 0 } = options;
  const { keep = Number.POSITIVE_INFINITY } = options;
  const secrets = new Map([[credentials.accessKeyId, credentials.secretAccessKey]]);
  const events: BusEvent[] = [];
  const details: string[] = [];
  const listeners: ((event: BusEvent) => void)[] = [];
  const faults = createFaultQueue<BusFault, readonly string[]>();
  const settings = { latencyMs: 0, calls: 0 };
  const putRules = createRules(bus, region, ACCOUNT);
  const delivery = createDelivery({
    rules,
    queuesFor: putRules.queuesFor,
    queues,
    credentials,
    account: ACCOUNT,
    bus,
  });

  const put = (entries: readonly Entry[], fault: BusFault | undefined): EntryResult[] =>
    entries.map((entry, index) => {
      const spoiled = index === 0 && fault !== undefined && fault in ENTRY_FAULTS;
      if (spoiled)
        return { ErrorCode: ENTRY_FAULTS[fault as keyof typeof ENTRY_FAULTS], ErrorMessage: 'Simulated.' };
      const event = readEntry(entry, { account: ACCOUNT, region, now: clock() });
      if ('ErrorCode' in event) return event;
      // AWS says yes to an event for a bus that is not there, and nobody ever sees it again.
      if (entry.EventBusName !== bus) return { EventId: event.id };
      keepLast(events, event, keep);
      keepLast(details, entry.Detail ?? '', keep);
      for (const listener of listeners) listener(event);
      delivery.deliver(event);
      return { EventId: event.id };
    });

  const answer = (status: number, body: object): Reply => ({
    kind: 'answer',
    status,
    body,
    date: clock(),
    afterMs: settings.latencyMs,
  });

  const respond = async (request: SignedRequest): Promise<Reply> => {
    settings.calls += 1;
    try {
      await authenticate(request, { region, service: 'events', now: clock(), secrets });
      const [, operation = ''] = String(request.headers['x-amz-target']).split('AWSEvents.');
      const ruled = putRules.respond(operation, request.body.toString());
      if (ruled !== undefined) return answer(200, ruled);
      if (operation !== 'PutEvents')
        throw new PutEventsError('UnknownOperationException', 'Only PutEvents and rules are served here.');
      const entries = readCall(request.body.toString());
      const fault = faults.take(entries.map(({ Source = '' }) => Source));
      if (fault === 'hang' || fault === 'reset') return { kind: fault };
      if (fault === 'unavailable') throw new PutEventsError('InternalException', 'Simulated.', 500);
      if (fault === 'throttled') throw new PutEventsError('ThrottlingException', 'Simulated.');
      const Entries = put(entries, fault);
      if (fault === 'lost-answer') return { kind: 'reset' };
      return answer(200, { FailedEntryCount: Entries.filter((one) => 'ErrorCode' in one).length, Entries });
    } catch (error) {
      if (error instanceof SignatureError)
        return answer(error.status, { __type: error.name, message: error.message });
      if (error instanceof PutEventsError)
        return answer(error.status, { __type: error.type, message: error.message });
      throw error;
    }
  };
  const server = await listen(respond, port);

  return {
    url: server.url,
    bus,
    /** What the bus took, or the latest of it, in order. */
    events: events as readonly BusEvent[],
    /** Their details as they came: JSON.parse would round large numbers. */
    details: details as readonly string[],
    onEvent: (listener: (event: BusEvent) => void) => void listeners.push(listener),
    calls: () => settings.calls,
    clear: () => {
      events.splice(0);
      details.splice(0);
      settings.calls = 0;
    },
    /** Names of the rules that were put and are there. */
    putRules: putRules.names,
    /** Meets the next `times` calls of PutEvents whose entries' sources `match`. */
    fault: faults.add,
    clearFaults: faults.clear,
    set latencyMs(ms: number) {
      settings.latencyMs = ms;
    },
    /** Resolves once every event taken so far has reached its queues. */
    delivered: delivery.done,
    /** Events that could not even be brought to a rule's dead letters: lost, as AWS would lose them. */
    dropped: delivery.dropped,
    close: async (): Promise<void> => {
      await server.close();
      await delivery.close();
    },
  };
};
