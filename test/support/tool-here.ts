import { PassThrough } from 'node:stream';
import type { Tool } from '../../tools/command.ts';
import { runLine } from '../../tools/run.ts';

export type Ran = { status: number | null; stdout: string; stderr: string; json: Record<string, unknown> };

/** What a tool printed, if that is JSON. */
export const jsonIn = (text: string): Record<string, unknown> => {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return {};
  }
};

/** On no terminal, a tool that changes something wants to be told the stage. */
export const withStage = (args: readonly string[]): readonly string[] =>
  args.length === 0 || args.some((arg) => arg.startsWith('--stage') || arg === '--help')
    ? args
    : [...args, '--stage', 'dev'];

type Env = Readonly<Record<string, string>>;
export type HereOptions = {
  input?: string | Buffer;
  /** Beside what works: for the tool, not for the AWS SDK. */
  env?: Env;
};

/**
 * A tool's command line in this process, on no terminal. A process of its own costs half a second more: it is started
 * where a test is about processes, or about what the AWS SDK makes of its environment. `env` is put into process.env.
 */
export const runHere = async <C>(
  tool: Tool<C>,
  env: Env,
  args: readonly string[],
  { input = '', env: more = {} }: HereOptions = {},
): Promise<Ran> => {
  Object.assign(process.env, env);
  const text = { stdout: '', stderr: '' };
  const add = (stream: 'stdout' | 'stderr') => (more: string) => {
    text[stream] += more;
  };
  const stdin = new PassThrough();
  stdin.end(input);
  const status = await runLine(tool, {
    args: withStage(args),
    env: { ...env, ...more },
    terminal: { input: stdin, write: add('stderr') },
    write: add('stdout'),
    unheard: new AbortController().signal,
  });
  return { status, ...text, json: jsonIn(text.stdout) };
};
