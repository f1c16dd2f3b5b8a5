import { hasFlag } from './args.ts';
import { explain } from './explain.ts';
import { UsageError } from './failure.ts';
import { print, printable, say } from './output.ts';

export type Tool = {
  /** The text of --help. */
  help: string;
  isCommand: (name: string) => boolean;
  /** Resolves with whether it was wholly done. `unheard` aborts when nobody reads what is printed any more. */
  run: (name: string, args: readonly string[], unheard: AbortSignal) => Promise<boolean>;
};

/** @returns the status: 0 done, 1 failed or not wholly done, 2 wrong usage. */
const statusOf = async (
  { help, isCommand, run }: Tool,
  [name, ...args]: readonly string[],
  unheard: AbortSignal,
): Promise<number> => {
  if (name === undefined || name === '--help') {
    (name === undefined ? process.stderr : process.stdout).write(help);
    return name === undefined ? 2 : 0;
  }
  try {
    return (await run(name, args, unheard)) ? 0 : 1;
  } catch (error) {
    const text = explain(error);
    // An unknown name may be a secret in the wrong place, like any argument.
    const command = isCommand(name) ? name : '';
    if (hasFlag(args, '--json'))
      print({ command, json: true }, { ok: false, lines: [], json: { error: text } });
    else say(text);
    return error instanceof UsageError ? 2 : 1;
  }
};

/**
 * Output that cannot be written is no reason for a trace. A reader that has gone, as `head` does, knows what it wanted;
 * a full disk has lost what somebody wanted to keep.
 */
const watchOutput = (onUnheard: () => void): { lost: boolean } => {
  const output = { lost: false };
  for (const stream of [process.stdout, process.stderr])
    stream.on('error', ({ code }: NodeJS.ErrnoException) => {
      onUnheard();
      if (code === 'EPIPE' || output.lost) return;
      output.lost = true;
      say(
        `The output could not be written (${code}): what the command did is done, and what it said is lost.`,
      );
    });
  return output;
};

/** Runs the command that this process was started with, and sees to it that it ends with a status and without a trace. */
export const runTool = (tool: Tool): void => {
  const unheard = new AbortController();
  const output = watchOutput(() => unheard.abort());
  let status: number | undefined;
  process.once('exit', (code) => {
    // Somebody else has ended the process, and set its status.
    if (status === undefined && code !== 0) return;
    if (status === undefined) say('The command came to no end: what it did is not known.');
    process.exitCode = status || (output.lost || status === undefined ? 1 : 0);
  });
  process.once('uncaughtException', (error) => {
    status = 1;
    process.stderr.write(`${printable(explain(error))}\n`, () => process.exit());
  });
  void statusOf(tool, process.argv.slice(2), unheard.signal).then((found) => {
    status = found;
  });
};
