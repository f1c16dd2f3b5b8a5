import { constants } from 'node:os';

const LOOK_MS = 250;

/**
 * npm hands a signal to the shell it has started us by, and SIGTERM ends that without a word to us: that somebody else
 * has become our parent is all there is to see. SIGINT sent to npm alone, not by Ctrl-C, the shell keeps until we end;
 * of that nothing can be seen.
 */
const whenOrphaned = (end: () => void): void => {
  if (process.env['npm_lifecycle_event'] === undefined) return;
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid !== parent) end();
  }, LOOK_MS).unref();
};

/**
 * From now on, Ctrl-C and its like end this process at once, with all it has started. Not SIGHUP, which `nohup` wants
 * ignored.
 * @returns to be called when the end is what is waited for, so that the status is 0.
 */
export const endOnSignals = (): (() => void) => {
  let expected = false;
  const end = (signal: 'SIGINT' | 'SIGTERM'): void =>
    process.exit(expected ? 0 : 128 + constants.signals[signal]);
  process.on('SIGINT', end).on('SIGTERM', end);
  whenOrphaned(() => end('SIGTERM'));
  return () => {
    expected = true;
  };
};
