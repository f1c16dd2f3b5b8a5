import { endpointsIn } from '../endpoints.ts';
import { hasFlag } from './args.ts';
import { isName, type Name, parseCommand } from './dead-letters-args.ts';
import type { Command } from './dead-letters-context.ts';
import { explainSqs } from './dead-letters-failure.ts';
import { HELP } from './dead-letters-help.ts';
import { list } from './dead-letters-list.ts';
import { purge } from './dead-letters-purge.ts';
import { connectSqs } from './dead-letters-queues.ts';
import { redrive } from './dead-letters-redrive.ts';
import { UsageError } from './failure.ts';
import { printer } from './output.ts';
import { processTerminal } from './prompt.ts';
import { runTool } from './tool.ts';

// npm run dead-letters: see docs/dead-letters.md.
const COMMANDS: Readonly<Record<Name, Command>> = { list, redrive, purge };

/** Ctrl-C asks a command to come to an end; a second one ends it at once. */
const interruption = (): AbortSignal => {
  const controller = new AbortController();
  process.once('SIGINT', () => controller.abort());
  return controller.signal;
};

const run = async (name: string, args: readonly string[]): Promise<boolean> => {
  if (hasFlag(args, '--help')) {
    process.stdout.write(HELP);
    return true;
  }
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

await runTool({ help: HELP, isCommand: isName, run, explain: explainSqs });
