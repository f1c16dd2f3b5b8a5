import type { Given, Tool } from './command.ts';
import { explain, UsageError } from './explain.ts';
import { print, printable, say } from './output.ts';
import { type Line, parse, type Start } from './parse.ts';
import { processTerminal, type Terminal } from './terminal.ts';

/** What a tool is started with. */
export type Run = Start & {
  terminal: Terminal;
  /** Aborts when nobody reads what is written any more. */
  unheard: AbortSignal;
};

/**
 * For a command that changes something: whoever did not name the stage sees it before anything happens.
 * @throws UsageError where nobody would see it.
 */
const showStage = ({ terminal }: Run, stage: string, { options }: Given): void => {
  if (options['stage'] !== undefined) return;
  if (!terminal.isSeen)
    throw new UsageError(
      `--stage is missing: without a terminal to show it on, what changes something is not done on ${stage} by default.`,
    );
  say({ terminal }, `This changes stage ${stage}: no --stage was given.`);
};

/** @returns whether it was wholly done. */
const runCommand = async <C>(
  tool: Tool<C>,
  run: Run,
  { name, command, given, stage }: Line<C>,
): Promise<boolean> => {
  if (command.changes) showStage(run, stage, given);
  const { region, profile, yes, json } = given.options;
  const { env, terminal, unheard } = run;
  const place = { region, profile };
  const setting = { stage, place, env, terminal, yes: yes !== undefined, unheard, now: Date.now };
  const context = await tool.connect(setting, given);
  try {
    const outcome = await command.run(context, given);
    print(run, { command: name, json: json !== undefined, stage }, outcome);
    return outcome.ok;
  } finally {
    context.close();
  }
};

/** Runs a command line. @returns the status: 0 done, 1 failed or not wholly done, 2 wrong usage. */
export const runLine = async <C>(tool: Tool<C>, run: Run): Promise<number> => {
  const { args } = run;
  try {
    const line = await parse(tool, run);
    return line === undefined || (await runCommand(tool, run, line)) ? 0 : 1;
  } catch (error) {
    const text = explain(error);
    // An unknown name may be a secret in the wrong place, like any argument.
    const command = tool.commands.find(({ name }) => name === args[0])?.name ?? '';
    if (args.includes('--json'))
      print(run, { command, json: true }, { ok: false, lines: [], json: { error: text } });
    else if (text !== '') say(run, text);
    return error instanceof UsageError ? 2 : 1;
  }
};

/**
 * Output that cannot be written is no reason for a trace. A reader that has gone, as `head` does, knows what it wanted;
 * a full disk has lost what somebody wanted to keep.
 */
const watchOutput = (terminal: Terminal, onUnheard: () => void): { lost: boolean } => {
  const output = { lost: false };
  for (const stream of [process.stdout, process.stderr])
    stream.on('error', ({ code }: NodeJS.ErrnoException) => {
      onUnheard();
      if (code === 'EPIPE' || output.lost) return;
      output.lost = true;
      say(
        { terminal },
        `The output could not be written (${code}): what the command did is done, and what it said is lost.`,
      );
    });
  return output;
};

/** Runs the command that this process was started with, and sees to it that it ends with a status and without a trace. */
export const runTool = <C>(tool: Tool<C>): void => {
  const unheard = new AbortController();
  const terminal = processTerminal();
  const output = watchOutput(terminal, () => unheard.abort());
  let status: number | undefined;
  process.once('exit', (code) => {
    // Somebody else has ended the process, and set its status.
    if (status === undefined && code !== 0) return;
    if (status === undefined) say({ terminal }, 'The command came to no end: what it did is not known.');
    process.exitCode = status || (output.lost || status === undefined ? 1 : 0);
  });
  process.once('uncaughtException', (error) => {
    status = 1;
    process.stderr.write(`${printable(explain(error))}\n`, () => process.exit());
  });
  const run = {
    args: process.argv.slice(2),
    env: process.env,
    terminal,
    write: (text: string) => void process.stdout.write(text),
    unheard: unheard.signal,
  };
  void runLine(tool, run).then((found) => {
    status = found;
  });
};
