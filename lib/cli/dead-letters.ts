import { endpointsIn } from '../endpoints.ts';
import { isName, type Name, parseCommand } from './dead-letters-args.ts';
import type { Command } from './dead-letters-context.ts';
import { explainSqs } from './dead-letters-failure.ts';
import { HELP } from './dead-letters-help.ts';
import { list } from './dead-letters-list.ts';
import { purge } from './dead-letters-purge.ts';
import { connectSqs } from './dead-letters-queues.ts';
import { redrive } from './dead-letters-redrive.ts';
import { hasFlag } from './merchant-args.ts';
import { UsageError } from './merchant-failure.ts';
import { printer } from './output.ts';
import { processTerminal } from './prompt.ts';

// npm run dead-letters: see docs/dead-letters.md.
const COMMANDS: Readonly<Record<Name, Command>> = { list, redrive, purge };

/** Ctrl-C asks a command to come to an end; a second one ends it at once. */
const interruption = (): AbortSignal => {
  const controller = new AbortController();
  process.once('SIGINT', () => controller.abort());
  return controller.signal;
};

const run = async (name: string, args: readonly string[]): Promise<boolean> => {
  if (!isName(name)) throw new UsageError('There is no such command. --help lists them.');
  const json = hasFlag(args, '--json');
  const given = parseCommand(name, args, await endpointsIn());
  const sqs = connectSqs();
  const terminal = processTerminal();
  try {
    const context = { ...given, sqs, terminal, interrupted: interruption(), now: Date.now };
    const outcome = await COMMANDS[name](context);
    printer(name, json)(outcome);
    return outcome.ok;
  } finally {
    sqs.destroy();
  }
};

const main = async ([name, ...args]: readonly string[]): Promise<number> => {
  if (name === undefined || name === '--help' || hasFlag(args, '--help')) {
    (name === undefined ? process.stderr : process.stdout).write(HELP);
    return name === undefined ? 2 : 0;
  }
  try {
    return (await run(name, args)) ? 0 : 1;
  } catch (error) {
    const text = explainSqs(error);
    const known = isName(name) ? name : '';
    if (hasFlag(args, '--json')) printer(known, true)({ ok: false, lines: [], json: { error: text } });
    else process.stderr.write(`${text}\n`);
    return error instanceof UsageError ? 2 : 1;
  }
};

process.exitCode = await main(process.argv.slice(2));
