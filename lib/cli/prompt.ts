import { readFile } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { Failure, UsageError } from './failure.ts';

/** The terminal a command talks to, or what stands in its place. */
export type Terminal = {
  input: Readable & { isTTY?: boolean; setRawMode?: (raw: boolean) => unknown };
  write: (text: string) => void;
};

export const processTerminal = (): Terminal => ({
  input: process.stdin,
  write: (text) => void process.stderr.write(text),
});

const CTRL_C = 3;
const CTRL_D = 4;
const BACKSPACES: readonly number[] = [8, 127];
const MAX_BYTES = 65_536;

const tooLong = () => new Failure('the input is far longer than any key or certificate');

/** Everything that comes in, as bytes: a string could not be wiped. */
const readAll = async (input: Readable): Promise<Buffer> => {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of input as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    size += chunk.length;
    if (size > MAX_BYTES) throw tooLong();
  }
  const all = Buffer.concat(chunks);
  for (const chunk of chunks) chunk.fill(0);
  return all;
};

/** A line, or a whole PEM when that is what is being pasted. */
const isWhole = (typed: Buffer): boolean =>
  !typed.includes('-----BEGIN') ||
  /-----END [A-Z ]+-----\s*$/.test(typed.toString('latin1', typed.length - 64));

type Typed = { bytes: Buffer; length: number };

/** @returns whether the input is complete. */
const type = (typed: Typed, byte: number): boolean => {
  if (byte === CTRL_C) throw new Failure('cancelled');
  if (BACKSPACES.includes(byte)) {
    typed.length = Math.max(0, typed.length - 1);
    return false;
  }
  const enter = byte === 13 || byte === 10;
  if (byte === CTRL_D || (enter && isWhole(typed.bytes.subarray(0, typed.length)))) return true;
  if (typed.length === MAX_BYTES) throw tooLong();
  typed.bytes[typed.length] = enter ? 10 : byte;
  typed.length += 1;
  return false;
};

/** Asks on the terminal and shows nothing of what is typed or pasted. */
const askHidden = ({ input, write }: Terminal, question: string): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    const typed: Typed = { bytes: Buffer.alloc(MAX_BYTES), length: 0 };
    const end = (finish: () => void): void => {
      input.setRawMode?.(false);
      input.off('data', onData);
      input.pause();
      typed.bytes.fill(0);
      write('\n');
      finish();
    };
    const onData = (chunk: Buffer): void => {
      try {
        if (!chunk.some((byte) => type(typed, byte))) return;
        const answer = Buffer.from(typed.bytes.subarray(0, typed.length));
        end(() => resolve(answer));
      } catch (error) {
        end(() => reject(error));
      } finally {
        chunk.fill(0);
      }
    };
    // First the echo off, then the question: whoever answers fast must not see it.
    input.setRawMode?.(true);
    write(`${question} (not shown): `);
    input.on('data', onData);
    input.resume();
  });

const looksLikeSecret = (path: string): boolean => /-----BEGIN|\n/.test(path) || /^[^/\\.]{32,}$/.test(path);

/** The path is never repeated: people do put the secret itself there. */
const fileError = (option: string, path: string, error: unknown): Error => {
  if (looksLikeSecret(path)) {
    return new UsageError(
      `${option} takes the path of a file, and what it was given looks like a secret. Arguments are seen by other ` +
        'processes and kept in the history of the shell: replace that secret, it is not one any more.',
    );
  }
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT') return new Failure(`the file given with ${option} does not exist`);
  if (code === 'EISDIR') return new Failure(`what ${option} was given is a folder, not a file`);
  return new Failure(`the file given with ${option} cannot be read (${code ?? 'unknown'})`);
};

/** The bytes of a file that `option` names. Up to the caller to wipe them. */
export const readInput = async (option: string, path: string): Promise<Buffer> => {
  const bytes = await readFile(path).catch((error: unknown) => {
    throw fileError(option, path, error);
  });
  if (bytes.length > MAX_BYTES) throw tooLong();
  return bytes;
};

/**
 * A secret: from the file that `option` names, from standard input (`-`), or asked for on a terminal. Never from an
 * argument. The caller wipes it.
 */
export const readSecret = async (
  terminal: Terminal,
  { option, path, question }: { option: string; path: string | undefined; question: string },
): Promise<Buffer> => {
  if (path !== undefined && path !== '-') return readInput(option, path);
  if (terminal.input.isTTY) return askHidden(terminal, question);
  if (path === '-') return readAll(terminal.input);
  throw new UsageError(`${option} is missing: give it a file's path, or - for standard input`);
};

/** Asks for a yes on a terminal. Without one only `--yes` can have said it. */
export const confirm = async (terminal: Terminal, question: string, yes: boolean): Promise<void> => {
  if (yes) return;
  const { input, write } = terminal;
  if (!input.isTTY) throw new UsageError(`${question}\nAdd --yes to confirm.`);
  write(`${question} Type yes to go on: `);
  const answer = await new Promise<string>((resolve) => {
    input.once('data', (chunk: Buffer) => resolve(chunk.toString('utf8').trim()));
    input.resume();
  });
  input.pause();
  if (answer.toLowerCase() !== 'yes') throw new Failure('nothing was changed');
};
