import { pathToFileURL } from 'node:url';
import { contextFor } from './events.ts';
import { measure } from './measure.ts';
import { memoryInUse } from './memory.ts';

// Stands in for Lambda's own runtime: loads a bundle once, then invokes its handler for every message.
type Invocation = { id: number; event?: unknown; ms?: number; times?: number; memory?: boolean };
type Handler = (event: unknown, context: unknown) => Promise<unknown>;

const [, , bundle] = process.argv;
if (bundle === undefined || process.send === undefined)
  throw new Error('needs a bundle, and a parent to talk to');
const started = performance.now();
const { handler } = (await import(pathToFileURL(bundle).href)) as { handler: Handler };
process.send({ loaded: performance.now() - started });

/** Measured here, so that talking to the parent is no part of it. A run with a failure in it says nothing. */
const repeat = (event: unknown, times: number) => {
  const turns = [event].flat();
  // The handler changes its event: each invocation needs one of its own.
  const events = Array.from({ length: times }, (_, at) => structuredClone(turns[at % turns.length]));
  return measure(events, async (one) => {
    const { statusCode } = (await handler(one, contextFor())) as { statusCode: number };
    if (statusCode !== 200 && statusCode !== 204) throw new Error(`answered ${statusCode}`);
  });
};

process.on('message', async ({ id, event, ms, times, memory }: Invocation) => {
  try {
    if (memory) process.send?.({ id, answer: memoryInUse() });
    else if (times === undefined)
      process.send?.({ id, answer: (await handler(event, contextFor(ms))) ?? null });
    else process.send?.({ id, answer: await repeat(event, times) });
  } catch (error) {
    process.send?.({ id, failure: error instanceof Error ? error.name : 'unknown' });
  }
});
