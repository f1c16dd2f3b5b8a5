import { Failure } from './explain.ts';

export const MAX_BYTES = 65_536;

export const tooLong = () => new Failure('the input is far longer than any key or certificate');

const cancelled = () => new Failure('cancelled');

/** What is asked for: a line, or PEM, which ends by itself. */
export type Wanted = 'line' | 'pem';

const CTRL_C = 3;
const CTRL_D = 4;
const LINE_FEED = 10;
const CARRIAGE_RETURN = 13;
const BACKSPACES: readonly number[] = [8, 127];
const END_OF_MARK = 126;
const PASTE_BEGINS = Buffer.from('\x1b[200~');
const PASTE_ENDS = Buffer.from('\x1b[201~');

/** Whether the last PEM block that began has ended. */
const endsPem = (text: Buffer): boolean => {
  const end = text.lastIndexOf('-----END ');
  return end > text.lastIndexOf('-----BEGIN ') && text.includes('-----', end + '-----END '.length);
};

const isBlank = (byte: number): boolean => byte <= 32;

const endsLine = (text: Buffer): boolean => {
  const first = text.findIndex((byte) => !isBlank(byte));
  return first !== -1 && text.includes(LINE_FEED, first);
};

const isWhole = (text: Buffer, wanted: Wanted): boolean =>
  wanted === 'pem' || text.includes('-----BEGIN ') ? endsPem(text) : endsLine(text);

/**
 * Collects what is typed or pasted, in whatever pieces it comes. Neither an empty line nor the first line of a paste
 * ends it: what came after would go to whoever reads the terminal next, the shell.
 */
export const createHiddenInput = (wanted: Wanted) => {
  const bytes = Buffer.alloc(MAX_BYTES);
  let length = 0;
  let pasting = false;
  let ended = false;
  let failure: Failure | undefined;
  const text = (): Buffer => bytes.subarray(0, length);

  /** The marks are no part of the text. */
  const takeMark = (): void => {
    const tail = bytes.subarray(Math.max(0, length - PASTE_BEGINS.length), length);
    const begins = tail.equals(PASTE_BEGINS);
    if (!begins && !tail.equals(PASTE_ENDS)) return;
    length -= tail.length;
    pasting = begins;
  };
  const add = (byte: number): void => {
    bytes[length] = byte === CARRIAGE_RETURN ? LINE_FEED : byte;
    length += 1;
    if (byte === END_OF_MARK) takeMark();
  };
  const take = (byte: number): void => {
    if (byte === CTRL_C) failure ??= cancelled();
    if (failure !== undefined || ended) return;
    if (byte === CTRL_D) ended = true;
    else if (!pasting && BACKSPACES.includes(byte)) length = Math.max(0, length - 1);
    else if (length === MAX_BYTES) failure = tooLong();
    else add(byte);
  };

  return {
    take: (chunk: Buffer): void => chunk.forEach(take),
    cancel: (): void => {
      failure ??= cancelled();
    },
    /** Whether nothing more is waited for; what still comes of the same paste belongs to it. */
    isWhole: (): boolean => failure !== undefined || ended || (!pasting && isWhole(text(), wanted)),
    /** A copy, which the caller wipes. @throws Failure */
    answer: (): Buffer => {
      if (failure !== undefined) throw failure;
      // Only Ctrl-D ends an input that has nothing in it.
      if (text().every(isBlank)) throw cancelled();
      return Buffer.from(text());
    },
    wipe: (): void => void bytes.fill(0),
  };
};
