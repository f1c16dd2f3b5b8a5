import { type ChildProcess, spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const FRAMEWORK = fileURLToPath(new URL('../../node_modules/serverless/bin/serverless.js', import.meta.url));
const END_WITH_PARENT = new URL('./end-with-parent.js', import.meta.url).href;
/** As much of what is printed is kept, in characters: this may be up for days. */
const MOST_OUTPUT = 1_000_000;
/** Bundling the Lambdas takes seconds; on a machine busy with other tests, many of them. */
const START_TIMEOUT_MS = 120_000;

/**
 * A port that nobody listens on: serverless-offline cannot take any, and hides it when one is taken. Below what systems
 * hand out by themselves (Linux from 32768), so that nobody is given it before the child listens there.
 */
const freePort = async (): Promise<number> => {
  const port = randomInt(20_000, 32_768);
  const server = createServer().listen(port, '127.0.0.1');
  try {
    await once(server, 'listening');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    return freePort();
  }
  server.close();
  await once(server, 'close');
  return port;
};

const watch = (child: ChildProcess, onText: (text: string) => void): void => {
  for (const stream of [child.stdout, child.stderr]) stream?.setEncoding('utf8').on('data', onText);
};

const untilListening = async (child: ChildProcess, output: () => string): Promise<void> => {
  const ended = new AbortController();
  const timer = setTimeout(() => ended.abort(), START_TIMEOUT_MS);
  const check = (resolve: () => void, reject: (error: Error) => void) => (): void => {
    // A failed start is printed, but does not always end the process.
    if (/^Error:/m.test(output())) reject(new Error('failed'));
    if (/Server ready/.test(output())) resolve();
  };
  try {
    await Promise.race([
      new Promise<void>((resolve, reject) => watch(child, check(resolve, reject))),
      once(child, 'exit', { signal: ended.signal }).then(([code]) => {
        throw new Error(`ended with ${code}`);
      }),
    ]);
  } catch (error) {
    const why = ended.signal.aborted ? 'did not start in time' : String(error);
    throw new Error(`serverless offline: ${why}\n${output()}`);
  } finally {
    clearTimeout(timer);
  }
};

/** serverless.yml's names for what differs in the sandbox stage. */
const forStage = (env: Readonly<Record<string, string>>, folder: string) => ({
  ...env,
  // Nobody else clears this one, as packaging does `.esbuild` in the checkout. It must be relative.
  SANDBOX_WORK_FOLDER: relative(ROOT, folder),
  // serverless-esbuild leaves what it stages there (its pull request 589). Windows looks at the second.
  TMPDIR: folder,
  TEMP: folder,
  SANDBOX_DATA_KEY_ARN: env['DATA_KEY_ARN'],
  SANDBOX_MCHID: env['WECHATPAY_DEFAULT_MCHID'],
  SANDBOX_WECHATPAY_HOSTS: env['WECHATPAY_HOSTS'],
});

/** Ends a child and what it has started, at once: it keeps nothing that is worth a farewell. */
const kill = (child: ChildProcess): void => {
  try {
    if (child.pid === undefined || process.platform === 'win32') child.kill('SIGKILL');
    else process.kill(-child.pid, 'SIGKILL');
  } catch {
    // It has ended.
  }
};

export type Offline = {
  httpPort: number;
  lambdaPort: number;
  /** What the framework and the Lambdas have printed so far; of much of it, the end. */
  output: () => string;
  /** From now on, hands over what is printed. */
  onOutput: (listener: (text: string) => void) => void;
  /** Ends it, and removes the bundles. */
  close: () => void;
};

/**
 * Starts, and starts again as often as somebody else took one of the ports between the look at them and the child's own
 * listening, seconds later. @throws Error that `start` threw, of another kind or for the fifth time.
 */
export const untilPortsAreFree = async <T>(start: () => Promise<T>, attempts = 5): Promise<T> => {
  try {
    return await start();
  } catch (error) {
    if (attempts === 1 || !/\bEADDRINUSE\b/.test(String(error))) throw error;
    return untilPortsAreFree(start, attempts - 1);
  }
};

/**
 * serverless-offline, which bundles the Lambdas with esbuild as `serverless package` does, into a folder of their own.
 * However this process ends, by a signal too, the child ends with it; short of being killed it also removes the folder.
 */
export const startOffline = (env: Readonly<Record<string, string>>): Promise<Offline> =>
  untilPortsAreFree(() => startOnFreePorts(env));

const startOnFreePorts = async (env: Readonly<Record<string, string>>): Promise<Offline> => {
  const [httpPort, lambdaPort] = [await freePort(), await freePort()];
  const folder = mkdtempSync(join(tmpdir(), 'presign-start-'));
  // serverless-offline cannot check IAM signatures; nobody but this machine can reach it.
  const options = ['--stage', 'sandbox', '--host', '127.0.0.1', '--noAuth'];
  const ports = ['--httpPort', String(httpPort), '--lambdaPort', String(lambdaPort)];
  // Where Lambdas find those they ask.
  const AWS_ENDPOINT_URL_LAMBDA = `http://127.0.0.1:${lambdaPort}`;
  const args = ['--import', END_WITH_PARENT, FRAMEWORK, 'offline', 'start', ...options, ...ports];
  const child = spawn(process.execPath, args, {
    cwd: ROOT,
    env: {
      PATH: process.env['PATH'],
      HOME: process.env['HOME'],
      // Tests set it: what was compiled for an earlier start is read.
      NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'],
      ...forStage({ AWS_ENDPOINT_URL_LAMBDA, ...env }, folder),
    },
    // Its own process group: Ctrl-C in a terminal reaches us alone, and we end it with all that it has started.
    detached: true,
    // On Windows that would open a window.
    windowsHide: true,
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  const close = (): void => {
    process.off('exit', close);
    kill(child);
    rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 20 });
  };
  process.once('exit', close);
  let text = '';
  watch(child, (chunk) => {
    text = (text + chunk).slice(-MOST_OUTPUT);
  });
  await untilListening(child, () => text).catch((error: unknown) => {
    close();
    throw error;
  });
  return { httpPort, lambdaPort, output: () => text, onOutput: (listener) => watch(child, listener), close };
};
