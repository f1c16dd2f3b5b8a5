import { type BundleProcess, startBundle } from '../support/bundles.ts';

export type Lambdas = Awaited<ReturnType<typeof createLambdas>>;

export type LambdasOptions = {
  /** Path of the bundle. */
  bundle: string;
  env: Readonly<Record<string, string>>;
  /** Milliseconds an invocation has. */
  ms: number;
  /** Whether the process of this invocation is killed, and after how many milliseconds; `usual`: what one takes. */
  killAfter: (usual: number) => number | undefined;
};

/** Environments of one Lambda, as the service keeps them: one invocation at a time each, made and reused as needed. */
export const createLambdas = async ({ bundle, env, ms, killAfter }: LambdasOptions) => {
  const all = new Set<BundleProcess>();
  const idle: BundleProcess[] = [];
  const memory: number[] = [];
  let killed = 0;
  let usual = 0;
  const start = async (): Promise<BundleProcess> => {
    const lambda = await startBundle(bundle, env);
    all.add(lambda);
    return lambda;
  };
  const discard = async (lambda: BundleProcess): Promise<void> => {
    all.delete(lambda);
    await lambda.close();
  };
  return {
    invoke: async (event: unknown): Promise<unknown> => {
      const lambda = idle.pop() ?? (await start());
      const after = killAfter(usual);
      const begun = performance.now();
      const timer = after === undefined ? undefined : setTimeout(lambda.kill, after);
      try {
        const answer = await lambda.invoke(event, ms);
        clearTimeout(timer);
        usual = performance.now() - begun;
        memory.push(await lambda.memory());
        idle.push(lambda);
        return answer;
      } catch (error) {
        killed += 1;
        await discard(lambda);
        throw error;
      } finally {
        clearTimeout(timer);
      }
    },
    /** Bytes a process had after each invocation that ended, in order. */
    memory: memory as readonly number[],
    killed: () => killed,
    close: async () => void (await Promise.all([...all].map(discard))),
  };
};
