import { readFile } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { Failure, UsageError } from './explain.ts';
import { MAX_BYTES, tooLong, type Wanted } from './hidden-input.ts';
import { askHidden } from './hidden-prompt.ts';
import type { Terminal } from './terminal.ts';

const UTF8_MARK = Buffer.from([0xef, 0xbb, 0xbf]);
const UTF16_LITTLE = Buffer.from([0xff, 0xfe]);
const UTF16_BIG = Buffer.from([0xfe, 0xff]);
const NOT_ASCII = 0x3f;

/** Keys and PEM are ASCII; what else is in such a file (a name above the PEM) is read by nobody. */
const fromUtf16 = (bytes: Buffer, bigEndian: boolean): Buffer => {
  const text = Buffer.alloc(Math.floor(bytes.length / 2));
  for (let index = 0; index < text.length; index += 1) {
    const unit = bigEndian ? bytes.readUInt16BE(index * 2) : bytes.readUInt16LE(index * 2);
    text[index] = unit < 0x80 ? unit : NOT_ASCII;
  }
  return text;
};

/**
 * The text of a file without its byte order mark, from UTF-16 too, which editors and PowerShell on Windows write.
 * It is a copy, which the caller wipes; `bytes` are wiped here. Never a string: that could not be wiped.
 */
const plainText = (bytes: Buffer): Buffer => {
  try {
    if (bytes.subarray(0, 3).equals(UTF8_MARK)) return Buffer.from(bytes.subarray(3));
    const mark = bytes.subarray(0, 2);
    if (mark.equals(UTF16_LITTLE)) return fromUtf16(bytes.subarray(2), false);
    if (mark.equals(UTF16_BIG)) return fromUtf16(bytes.subarray(2), true);
    return Buffer.from(bytes);
  } finally {
    bytes.fill(0);
  }
};

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
