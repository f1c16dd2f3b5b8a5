import { printable } from './output.ts';
import type { Terminal } from './prompt.ts';

/** The line somebody typed; undefined when they ended the input instead (Ctrl-D), or the terminal has gone, or `signal` ended the wait. */
export const ask = async (
  { input, write }: Terminal,
  question: string,
  signal?: AbortSignal,
): Promise<string | undefined> => {
  const { promise, resolve } = Promise.withResolvers<string | undefined>();
  let typed = '';
  const onData = (chunk: Buffer): void => {
    typed += chunk.toString('utf8');
    if (typed.includes('\n')) resolve(typed.trim());
  };
  const onEnd = (): void => resolve(undefined);
  const ends = ['end', 'close', 'error'] as const;
  input.on('data', onData);
  for (const event of ends) input.once(event, onEnd);
  signal?.addEventListener('abort', onEnd, { once: true });
  if (signal?.aborted || input.readableEnded || input.destroyed) onEnd();
  else write(`${printable(question)} `);
  input.resume();
  const answer = await promise;
  input.pause();
  input.off('data', onData);
  for (const event of ends) input.off(event, onEnd);
  signal?.removeEventListener('abort', onEnd);
  // Where the answer would have ended the line.
  if (answer === undefined) write('\n');
  return answer;
};
