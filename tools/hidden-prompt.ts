import { createHiddenInput, type Wanted } from './hidden-input.ts';
import type { Terminal } from './terminal.ts';

/**
 * How long the terminal must be silent before it is given back. A paste comes in pieces; what came after the prompt
 * would be shown by the terminal and run by the shell.
 */
const QUIET_MS = 250;
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
const MARK_PASTES = '\x1b[?2004h';
const DO_NOT_MARK_PASTES = '\x1b[?2004l';

const HINTS: Record<Wanted, string> = {
  line: 'not shown',
  pem: 'not shown; ends after its last line, or with Ctrl-D',
};

/** Listens to the terminal and to signals. @returns what ends that, and gives the terminal back as it was. */
const takeOver = (
  { input, write, marksPastes = false }: Terminal,
  onData: (chunk: Buffer) => void,
  onGone: () => void,
): (() => void) => {
  input.setRawMode?.(true);
  if (marksPastes) write(MARK_PASTES);
  input.on('data', onData).on('end', onGone).on('error', onGone);
  for (const signal of SIGNALS) process.on(signal, onGone);
  return () => {
    input.pause();
    input.off('data', onData).off('end', onGone).off('error', onGone);
    for (const signal of SIGNALS) process.off(signal, onGone);
    if (marksPastes) write(DO_NOT_MARK_PASTES);
    input.setRawMode?.(false);
    write('\n');
  };
};

/** Asks on the terminal and shows nothing of what is typed or pasted. The caller wipes the answer. @throws Failure */
export const askHidden = (terminal: Terminal, question: string, wanted: Wanted): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    const hidden = createHiddenInput(wanted);
    let silence: NodeJS.Timeout | undefined;
    const end = (): void => {
      giveBack();
      try {
        resolve(hidden.answer());
      } catch (error) {
        reject(error);
      } finally {
        hidden.wipe();
      }
    };
    const waitForSilence = (): void => {
      clearTimeout(silence);
      if (hidden.isWhole()) silence = setTimeout(end, QUIET_MS);
    };
    const onData = (chunk: Buffer): void => {
      hidden.take(chunk);
      chunk.fill(0);
      waitForSilence();
    };
    const onGone = (): void => {
      hidden.cancel();
      waitForSilence();
    };
    // First the echo off, then the question: whoever answers fast must not see it.
    const giveBack = takeOver(terminal, onData, onGone);
    terminal.write(`${question} (${HINTS[wanted]}): `);
    terminal.input.resume();
  });
