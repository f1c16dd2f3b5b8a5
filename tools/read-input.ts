import { readFile } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { Failure, UsageError } from './failure.ts';
import { MAX_BYTES, tooLong, type Wanted } from './hidden-input.ts';
import { askHidden } from './hidden-prompt.ts';
import { plainText } from './plain-text.ts';
import type { Terminal } from './prompt.ts';

/** Everything that comes in, as bytes: a string could not be wiped. */
const readAll = async (input: Readable): Promise<Buffer> => {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of input as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      size += chunk.length;
      if (size > MAX_BYTES) throw tooLong();
    }
    return Buffer.concat(chunks);
  } finally {
    for (const chunk of chunks) chunk.fill(0);
  }
};

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

/** The text of a file that `option` names. Up to the caller to wipe it. */
export const readInput = async (option: string, path: string): Promise<Buffer> => {
  const bytes = await readFile(path).catch((error: unknown) => {
    throw fileError(option, path, error);
  });
  if (bytes.length > MAX_BYTES) throw tooLong();
  return plainText(bytes);
};

/**
 * A secret: from the file that `option` names, from standard input (`-`), or asked for on a terminal. Never from an
 * argument. The caller wipes it.
 */
export const readSecret = async (
  terminal: Terminal,
  {
    option,
    path,
    question,
    wanted,
  }: { option: string; path: string | undefined; question: string; wanted: Wanted },
): Promise<Buffer> => {
  if (path !== undefined && path !== '-') return readInput(option, path);
  if (terminal.input.isTTY) return askHidden(terminal, question, wanted);
  if (path === '-') return plainText(await readAll(terminal.input));
  throw new UsageError(`${option} is missing: give it a file's path, or - for standard input`);
};
