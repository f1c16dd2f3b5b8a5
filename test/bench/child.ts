import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const next = async (child: ChildProcess): Promise<unknown> => {
  const done = new AbortController();
  const { signal } = done;
  try {
    return await Promise.race([
      once(child, 'message', { signal }).then(([message]: unknown[]) => message),
      once(child, 'exit', { signal }).then(([code]) => {
        throw new Error(`a process of the benchmark ended with ${code}`);
      }),
    ]);
  } finally {
    done.abort();
  }
};

/** A process of its own, with `env` and nothing else, that says one thing first and then one for each message. */
export const startChild = async <T>(file: string, env: Readonly<Record<string, string>> = {}) => {
  const child = fork(fileURLToPath(new URL(file, import.meta.url)), [], {
    env,
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const first = (await next(child)) as T;
  const ask = <A>(message: object | string): Promise<A> => {
    const answer = next(child) as Promise<A>;
    child.send(message);
    return answer;
  };
  const close = async (): Promise<void> => {
    const ended = once(child, 'exit');
    child.kill();
    await ended;
  };
  return { first, ask, close };
};
