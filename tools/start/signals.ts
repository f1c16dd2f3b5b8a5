import { constants } from 'node:os';
import { whenOrphaned } from '../../sandbox/command/when-orphaned.ts';

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
