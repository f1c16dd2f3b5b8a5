import type { Readable } from 'node:stream';
import { Failure, UsageError } from './explain.ts';
import { printable } from './output.ts';

/** The terminal a command talks to, or what stands in its place. */
export type Terminal = {
  input: Readable & { isTTY?: boolean; setRawMode?: (raw: boolean) => unknown };
  write: (text: string) => void;
  /** Whether somebody sees what is written. */
  isSeen?: boolean;
  /** Whether it can be asked to say where a paste begins and ends ("bracketed paste"). */
  marksPastes?: boolean;
};

export const processTerminal = (): Terminal => ({
  input: process.stdin,
  write: (text) => void process.stderr.write(text),
  isSeen: process.stderr.isTTY,
  marksPastes: process.stderr.isTTY && process.env['TERM'] !== 'dumb',
});

/** The line somebody typed; undefined when they ended the input instead (Ctrl-D), or the terminal has gone, or `signal` ended the wait. */
const ask = async (
  { input, write }: Terminal,
  question: string,
  signal: AbortSignal | undefined,
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

/** Whom to ask, and whether `--yes` has answered already. */
export type Asking = { terminal: Terminal; yes: boolean };

/**
 * Asks on a terminal for a yes, or for the `count` of what will be deleted: a yes is typed out of habit.
 * @throws UsageError without a terminal, Failure for any other answer.
 */
export const confirm = async (
  { terminal, yes }: Asking,
  question: string,
  { count, signal }: { count?: number; signal?: AbortSignal } = {},
): Promise<void> => {
  if (yes) return;
  if (!terminal.input.isTTY) throw new UsageError(`${question} Add --yes to confirm.`);
  const wanted = count === undefined ? 'yes' : `the number ${count}`;
  const typed = await ask(terminal, `${question} Type ${wanted} to go on:`, signal);
  if (typed?.toLowerCase() !== String(count ?? 'yes'))
    throw new Failure(count === undefined ? 'nothing was changed' : 'nothing was deleted');
};
