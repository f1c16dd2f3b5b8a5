import { hasFlag } from './args.ts';
import { UsageError } from './failure.ts';
import { printer } from './output.ts';

export type Tool = {
  /** The text of --help. */
  help: string;
  isCommand: (name: string) => boolean;
  /** Resolves with whether it was wholly done. */
  run: (name: string, args: readonly string[]) => Promise<boolean>;
  /** One sentence for an operator. */
  explain: (thrown: unknown) => string;
};

/** @returns the status: 0 done, 1 failed or not wholly done, 2 wrong usage. */
const statusOf = async (
  { help, isCommand, run, explain }: Tool,
  [name, ...args]: readonly string[],
): Promise<number> => {
  if (name === undefined || name === '--help') {
    (name === undefined ? process.stderr : process.stdout).write(help);
    return name === undefined ? 2 : 0;
  }
  try {
    return (await run(name, args)) ? 0 : 1;
  } catch (error) {
    const text = explain(error);
    // An unknown name may be a secret in the wrong place, like any argument.
    const known = isCommand(name) ? name : '';
    if (hasFlag(args, '--json')) printer(known, true)({ ok: false, lines: [], json: { error: text } });
    else process.stderr.write(`${text}\n`);
    return error instanceof UsageError ? 2 : 1;
  }
};

/** Runs the command that this process was started with, and sets its status. */
export const runTool = async (tool: Tool): Promise<void> => {
  process.exitCode = await statusOf(tool, process.argv.slice(2));
};
