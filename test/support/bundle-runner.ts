import { pathToFileURL } from 'node:url';
import { contextFor } from './events.ts';

// Stands in for Lambda's own runtime: loads a bundle once, then invokes its handler for every message.
type Invocation = { id: number; event: unknown; ms?: number };
type Handler = (event: unknown, context: unknown) => Promise<unknown>;

const [, , bundle] = process.argv;
if (bundle === undefined || process.send === undefined)
  throw new Error('needs a bundle, and a parent to talk to');
const started = performance.now();
const { handler } = (await import(pathToFileURL(bundle).href)) as { handler: Handler };
process.send({ loaded: performance.now() - started });

process.on('message', async ({ id, event, ms }: Invocation) => {
  try {
    process.send?.({ id, answer: await handler(event, contextFor(ms)) });
  } catch (error) {
    process.send?.({ id, failure: error instanceof Error ? error.name : 'unknown' });
  }
});
