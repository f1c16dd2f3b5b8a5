import { endpointsIn } from '../lib/documents/endpoints.ts';
import { hasFlag } from './args.ts';
import { connectSqs } from './aws.ts';
import { isName, type Name, parseCommand } from './dead-letters/args.ts';
import type { Command } from './dead-letters/context.ts';
import { HELP } from './dead-letters/help.ts';
import { list } from './dead-letters/list.ts';
import { purge } from './dead-letters/purge.ts';
import { redrive } from './dead-letters/redrive.ts';
import { UsageError } from './failure.ts';
import { print } from './output.ts';
import { processTerminal } from './prompt.ts';
import { showStage } from './stage.ts';
import { runTool, type Tool } from './tool.ts';

// npm run dead-letters: see docs/dead-letters.md.
const COMMANDS: Readonly<Record<Name, Command>> = { list, redrive, purge };

/** Ctrl-C, or a terminal that is closed, asks a command to come to an end; a second one ends it at once. */
const interruption = (): AbortSignal => {
  const controller = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.once(signal, () => controller.abort());
  return controller.signal;
};

const run: Tool['run'] = async (name, args, unheard) => {
  if (hasFlag(args, '--help')) {
    process.stdout.write(HELP);
    return true;
  }
  if (!isName(name)) throw new UsageError('There is no such command. --help lists them.');
  const line = { tool: 'dead-letters', name, args, env: process.env };
  const given = parseCommand(name, line, await endpointsIn());
  if (name !== 'list') showStage(given);
  const sqs = await connectSqs(given.place, process.env);
  const terminal = processTerminal();
  try {
    const context = {
      ...given,
      sqs,
      terminal,
      interrupted: AbortSignal.any([unheard, interruption()]),
      now: Date.now,
    };
    const outcome = await COMMANDS[name](context);
    print({ command: name, json: hasFlag(args, '--json'), stage: given.stage }, outcome);
    return outcome.ok;
  } finally {
    sqs.destroy();
  }
};

runTool({ help: HELP, isCommand: isName, run });
