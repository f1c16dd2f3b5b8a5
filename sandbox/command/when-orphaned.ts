const LOOK_MS = 250;

/**
 * npm hands a signal to the shell it has started us by, and SIGTERM ends that without a word to us: that somebody else
 * has become our parent is all there is to see. SIGINT sent to npm alone, not by Ctrl-C, the shell keeps until we end;
 * of that nothing can be seen.
 */
export const whenOrphaned = (end: () => void): void => {
  if (process.env['npm_lifecycle_event'] === undefined) return;
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid !== parent) end();
  }, LOOK_MS).unref();
};
