import { type ChildProcess, spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const FRAMEWORK = fileURLToPath(new URL('../../node_modules/serverless/bin/serverless.js', import.meta.url));
/** Bundling three Lambdas takes seconds; on a machine busy with other tests, many of them. */
const START_TIMEOUT_MS = 120_000;

/** Below what systems hand out by themselves (Linux from 32768): nobody is given it before the child listens there. */
const anyPort = (): number => randomInt(20_000, 32_768);

/** Listens on `wanted`, or on any when it is 0: serverless-offline cannot take any, and hides it when one is taken. */
const hold = async (wanted: number): Promise<{ port: number; release: () => Promise<void> }> => {
  const port = wanted || anyPort();
  const server = createServer().listen(port, '127.0.0.1');
  try {
    await once(server, 'listening');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    if (wanted === 0) return hold(0);
    throw new Error(`port ${wanted} is in use; choose another with --port`);
  }
  const release = async (): Promise<void> => {
    server.close();
    await once(server, 'close');
  };
  return { port, release };
};

/** Lines of a child's output, also kept for the error message should it die. */
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

export type Gateway = {
  url: string;
  /** Invokes a Lambda by its name in serverless.yml, as Lambda's event source mapping would; rejects when it throws. */
  invoke: (name: string, event: unknown) => Promise<unknown>;
  /** What the framework and the Lambdas have printed so far. */
  output: () => string;
  /** From now on, hands over what is printed. */
  onOutput: (listener: (text: string) => void) => void;
  close: () => Promise<void>;
};

/** By way of serverless-offline's stand-in of Lambda's Invoke API. */
const invokeAt = (lambdaPort: number) => async (name: string, event: unknown) => {
  const path = `/2015-03-31/functions/wechatpay-presign-sandbox-${name}/invocations`;
  const response = await fetch(`http://127.0.0.1:${lambdaPort}${path}`, {
    method: 'POST',
    body: JSON.stringify(event),
  });
  const answer: unknown = await response.json();
  if (!response.ok || response.headers.has('x-amz-function-error')) throw new Error(`${name} failed`);
  return answer;
};

/** serverless.yml's names for what differs in the sandbox stage. A folder of its own lets several run at once. */
const forStage = (env: Readonly<Record<string, string>>, workFolder: string) => ({
  ...env,
  SANDBOX_WORK_FOLDER: workFolder,
  SANDBOX_DATA_KEY_ARN: env['DATA_KEY_ARN'],
  SANDBOX_MCHID: env['WECHATPAY_DEFAULT_MCHID'],
  SANDBOX_WECHATPAY_HOSTS: env['WECHATPAY_HOSTS'],
});

/**
 * API Gateway on loopback: serverless-offline, which bundles the Lambdas with esbuild as `serverless package` does
 * and routes to them as serverless.yml says.
 * @param env what the Lambdas find in their environment.
 * @param options.port 0, the default, takes any.
 */
export const startGateway = async (
  env: Readonly<Record<string, string>>,
  { port = 0 }: { port?: number } = {},
): Promise<Gateway> => {
  const [http, lambda] = [await hold(port), await hold(0)];
  const [httpPort, lambdaPort] = [http.port, lambda.port];
  await Promise.all([http.release(), lambda.release()]);
  // serverless-offline cannot check IAM signatures; nobody but this machine can reach it.
  const options = ['--stage', 'sandbox', '--host', '127.0.0.1', '--noAuth'];
  const ports = ['--httpPort', String(httpPort), '--lambdaPort', String(lambdaPort)];
  const workFolder = `.esbuild/${httpPort}`;
  const child = spawn(process.execPath, [FRAMEWORK, 'offline', 'start', ...options, ...ports], {
    cwd: ROOT,
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'], ...forStage(env, workFolder) },
    // Its own process group: Ctrl-C in a terminal reaches us alone, and we end it when all is said.
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  watch(child, (chunk) => {
    text += chunk;
  });
  const stop = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGTERM');
    const timer = setTimeout(() => child.kill('SIGKILL'), 5_000);
    await once(child, 'exit');
    clearTimeout(timer);
    await rm(`${ROOT}${workFolder}`, { recursive: true, force: true });
  };
  await untilListening(child, () => text).catch(async (error: unknown) => {
    await stop();
    throw error;
  });
  return {
    url: `http://127.0.0.1:${httpPort}`,
    invoke: invokeAt(lambdaPort),
    output: () => text,
    onOutput: (listener) => watch(child, listener),
    close: stop,
  };
};
