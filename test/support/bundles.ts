import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Measured } from './measure.ts';
import { packageProject } from './project.ts';

export type Bundles = {
  /** The path of the file that Lambda loads: `file('vehicle-etc-preopen')`. */
  file: (name: string) => string;
  /** The paths of all files that the function is made of. */
  files: (name: string) => Promise<string[]>;
  /** The text of all that the function may ever run. */
  code: (name: string) => Promise<string>;
  /** The path of a zip: `zip('vehicleEtcPreopen')`. */
  zip: (name: string) => string;
};

/** The Lambdas that `serverless package` has made in `folder`. */
export const bundlesIn = (folder: string): Bundles => {
  const functions = join(folder, '.esbuild/.build/functions');
  const files = async (name: string): Promise<string[]> =>
    (await readdir(functions))
      .filter((file) => file.startsWith(`${name}.`))
      .map((file) => join(functions, file));
  return {
    file: (name) => join(functions, `${name}.mjs`),
    files,
    code: async (name) =>
      (await Promise.all((await files(name)).map((file) => readFile(file, 'utf8')))).join('\n'),
    zip: (name) => join(folder, '.serverless', `${name}.zip`),
  };
};

/** The Lambdas as `serverless package` makes them, for whoever is no test: tests share theirs (packaged.ts). */
export const packageBundles = async () => {
  const { folder, remove } = await packageProject(['--stage', 'sandbox']);
  return { ...bundlesIn(folder), remove };
};

export type BundleAnswer = { statusCode: number; headers: Record<string, string>; body: string };
type Message =
  | { id: number; answer: BundleAnswer & Measured }
  | { id: number; failure: string }
  | { loaded: number };

export type BundleProcess = {
  /** Milliseconds it took to load the bundle. */
  loaded: number;
  invoke: (event: unknown, ms?: number) => Promise<BundleAnswer>;
  /**
   * Invokes `times` times, one after the other, with the event, or with those of an array in turn; rejects unless every
   * answer is a 200 or 204.
   */
  repeat: (event: unknown, times: number) => Promise<Measured>;
  /** Bytes of memory that it keeps. */
  memory: () => Promise<number>;
  /** Everything printed so far, on either stream. */
  output: () => string;
  /** Ends it at once, whatever it is doing: what is asked of it then rejects. */
  kill: () => void;
  close: () => Promise<void>;
};

const answerTo = (child: ChildProcess, id: number): Promise<unknown> =>
  new Promise((resolve, reject) => {
    const onMessage = (message: Message): void => {
      if (!('id' in message) || message.id !== id) return;
      child.off('message', onMessage).off('exit', onExit);
      // What it printed before comes through other pipes, which this may overtake.
      if ('answer' in message) setImmediate(() => resolve(message.answer));
      else reject(new Error(`the handler threw ${message.failure}`));
    };
    const onExit = (): void => reject(new Error('the process ended'));
    child.on('message', onMessage).once('exit', onExit);
  });

/** A Lambda environment: a process of its own with `env` and nothing else, in which the bundle has been loaded. */
export const startBundle = async (
  bundle: string,
  env: Readonly<Record<string, string>>,
  { preload }: { preload?: string } = {},
): Promise<BundleProcess> => {
  const runner = fileURLToPath(new URL('./bundle-runner.ts', import.meta.url));
  const execArgv = preload === undefined ? [] : ['--import', preload];
  const child = fork(runner, [bundle], {
    env: { AWS_LAMBDA_FUNCTION_NAME: 'under-test', ...env },
    execArgv,
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  const [first] = (await Promise.race([once(child, 'message'), once(child, 'exit')])) as [Message];
  if (typeof first !== 'object' || first === null || !('loaded' in first))
    throw new Error(`no start: ${output}`);
  const handles = [child, child.channel, child.stdout as Socket | null, child.stderr as Socket | null];
  /** Only while somebody waits for it: one that a failed test left behind would keep the whole run from ending. */
  const keepUsAlive = (wanted: boolean): void => {
    for (const handle of handles) wanted ? handle?.ref() : handle?.unref();
  };
  keepUsAlive(false);
  let last = 0;
  let waiting = 0;
  const ask = async <T>(message: object): Promise<T> => {
    if (child.exitCode !== null || child.signalCode !== null) throw new Error('the process has ended');
    last += 1;
    const answer = answerTo(child, last) as Promise<T>;
    // To a process that is just being killed nothing can be sent; its end, which follows, rejects.
    child.send({ id: last, ...message }, () => undefined);
    waiting += 1;
    keepUsAlive(true);
    return answer.finally(() => {
      waiting -= 1;
      keepUsAlive(waiting > 0);
    });
  };
  return {
    loaded: first.loaded,
    invoke: (event, ms) => ask({ event, ms }),
    repeat: (event, times) => ask({ event, times }),
    memory: () => ask({ memory: true }),
    kill: () => void child.kill('SIGKILL'),
    output: () => output,
    close: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      keepUsAlive(true);
      const ended = once(child, 'close');
      child.kill();
      await ended;
    },
  };
};
