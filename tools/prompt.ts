import type { Readable } from 'node:stream';
import { Failure, UsageError } from './failure.ts';
import { ask } from './question.ts';

/** The terminal a command talks to, or what stands in its place. */
export type Terminal = {
  input: Readable & { isTTY?: boolean; setRawMode?: (raw: boolean) => unknown };
  write: (text: string) => void;
  /** Whether it can be asked to say where a paste begins and ends ("bracketed paste"). */
  marksPastes?: boolean;
};

export const processTerminal = (): Terminal => ({
  input: process.stdin,
  write: (text) => void process.stderr.write(text),
  marksPastes: process.stderr.isTTY && process.env['TERM'] !== 'dumb',
});

/** Asks for a yes on a terminal. Without one only `--yes` can have said it. */
export const confirm = async (terminal: Terminal, question: string, yes: boolean): Promise<void> => {
  if (yes) return;
  if (!terminal.input.isTTY) throw new UsageError(`${question} Add --yes to confirm.`);
  const answer = await ask(terminal, `${question} Type yes to go on:`);
  if (answer?.toLowerCase() !== 'yes') throw new Failure('nothing was changed');
};
