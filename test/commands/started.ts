import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterAll } from '@jest/globals';

export const ROOT = fileURLToPath(new URL('../../', import.meta.url));

const running = new Set<ChildProcess>();
afterAll(() => {
  for (const child of running) child.kill();
  running.clear();
});

/** A process, and what it says. It ends with the file's tests at the latest. */
export const startProcess = (
  command: string,
  args: readonly string[],
  { cwd = ROOT, env = process.env }: { cwd?: string; env?: NodeJS.ProcessEnv } = {},
) => {
  const child = spawn(command, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
  running.add(child);
  const text = { stdout: '', stderr: '' };
  for (const stream of ['stdout', 'stderr'] as const) {
    child[stream].setEncoding('utf8').on('data', (chunk: string) => {
      text[stream] += chunk;
    });
  }
  const silent = once(child.stderr, 'close');
  const said = async (pattern: RegExp): Promise<void> => {
    while (!pattern.test(text.stderr)) {
      if (child.stderr.closed) throw new Error(`ended without saying ${pattern}:\n${text.stderr}`);
      await Promise.race([once(child.stderr, 'data'), silent]);
    }
  };
  return { child, text, said, ended: once(child, 'close') };
};

export const UP = /Ctrl-C ends everything/;

/** `npm start` as npm runs it, in a terminal that gives it nothing to read. */
export const start = (...args: string[]) =>
  startProcess(process.execPath, ['launch.js', 'tools/start.ts', ...args]);
