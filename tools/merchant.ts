import { hasFlag } from './args.ts';
import { UsageError } from './failure.ts';
import { setApiV3Key } from './merchant/api-v3-key.ts';
import { parseCommand } from './merchant/args.ts';
import { setCertificate } from './merchant/certificate.ts';
import { check } from './merchant/check.ts';
import type { Command } from './merchant/command.ts';
import { connect } from './merchant/context.ts';
import { commandHelp, toolHelp } from './merchant/help.ts';
import { importKey } from './merchant/import.ts';
import { add, createKey, csr } from './merchant/keys.ts';
import { list } from './merchant/list.ts';
import { removePublicKey, setPublicKey } from './merchant/public-key.ts';
import { retire, rotate } from './merchant/rotate.ts';
import { print } from './output.ts';
import { showStage } from './stage.ts';
import { runTool } from './tool.ts';

// npm run merchant: the operator's tool. docs/operator.md has the two walks through it.
const COMMANDS: Readonly<Record<string, Command>> = {
  add,
  'create-key': createKey,
  csr,
  'import-key': importKey,
  'set-certificate': setCertificate,
  'set-api-v3-key': setApiV3Key,
  'set-public-key': setPublicKey,
  'remove-public-key': removePublicKey,
  check,
  list,
  rotate,
  retire,
};

/** Those that change nothing, whatever the stage. */
const READING: readonly string[] = ['csr', 'check', 'list'];

const isCommand = (name: string): boolean => Object.hasOwn(COMMANDS, name);

const run = async (name: string, args: readonly string[]): Promise<boolean> => {
  const command = isCommand(name) ? COMMANDS[name] : undefined;
  if (command === undefined) throw new UsageError('There is no such command. --help lists them.');
  if (hasFlag(args, '--help')) {
    process.stdout.write(commandHelp(name, command));
    return true;
  }
  const { given, ...parsed } = parseCommand(command, { tool: 'merchant', name, args, env: process.env });
  if (!READING.includes(name)) showStage(parsed);
  const context = await connect(parsed, process.env);
  try {
    const outcome = await command.run(context, given);
    print({ command: name, json: hasFlag(args, '--json'), stage: parsed.stage }, outcome);
    return outcome.ok;
  } finally {
    context.close();
  }
};

runTool({ help: toolHelp(COMMANDS), isCommand, run });
