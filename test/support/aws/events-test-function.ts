import type { SQSEvent } from 'aws-lambda';
import type { EventsOptions } from '../../aws/events/events.ts';
import type { Poller, PollerOptions } from '../../aws/events/poller.ts';
import { startWorld } from './events-test-world.ts';

/** 120 seconds until a message comes again are 0.1 with it. */
export const HURRY = 1_200;

/** A function of its own for the queue: keeps the events it is invoked with, and answers what the test wants. */
export const startServed = async (options: Partial<EventsOptions> = { hurry: HURRY }) => {
  const world = await startWorld(options);
  const seen: SQSEvent[] = [];
  const pollers: Poller[] = [];
  return {
    ...world,
    /** Events of the invocations so far, in order. */
    seen: seen as readonly SQSEvent[],
    /** Serves the queue with a function that answers `answer` to its `nth` batch, one batch at a time. */
    serve: (answer: (event: SQSEvent, nth: number) => unknown, more: Partial<PollerOptions> = {}): Poller => {
      const invoke = async (event: SQSEvent): Promise<unknown> => answer(event, seen.push(event));
      const poller = world.poll('carPresign', invoke, { maximumConcurrency: 1, ...more });
      pollers.push(poller);
      return poller;
    },
    close: async (): Promise<void> => {
      await Promise.all(pollers.map(({ close }) => close()));
      await world.close();
    },
  };
};

export const bodiesOf = (...events: (SQSEvent | undefined)[]): string[] =>
  events.flatMap((event) => event?.Records.map(({ body }) => body) ?? []).sort();
