import type { Readable } from 'node:stream';
import { Failure, UsageError } from './failure.ts';

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

/** Up to the end of a line, or of all input. */
const readLine = (input: Readable): Promise<string> =>
  new Promise((resolve) => {
    let typed = '';
    const end = (): void => {
      input.off('data', onData).off('end', end);
      input.pause();
      resolve(typed.trim());
    };
    const onData = (chunk: Buffer): void => {
      typed += chunk.toString('utf8');
      if (typed.includes('\n')) end();
    };
    input.on('data', onData).on('end', end);
    input.resume();
  });

/** Asks for a yes on a terminal. Without one only `--yes` can have said it. */
export const confirm = async (terminal: Terminal, question: string, yes: boolean): Promise<void> => {
  if (yes) return;
  const { input, write } = terminal;
  if (!input.isTTY) throw new UsageError(`${question}\nAdd --yes to confirm.`);
  write(`${question} Type yes to go on: `);
  const answer = await readLine(input);
  if (answer.toLowerCase() !== 'yes') throw new Failure('nothing was changed');
};
