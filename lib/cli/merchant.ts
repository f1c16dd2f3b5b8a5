import { setApiV3Key } from './merchant-api-v3-key.ts';
import { hasFlag, parseCommand } from './merchant-args.ts';
import { setCertificate } from './merchant-certificate.ts';
import { check } from './merchant-check.ts';
import type { Command } from './merchant-command.ts';
import { connect } from './merchant-context.ts';
import { explain, UsageError } from './merchant-failure.ts';
import { commandHelp, toolHelp } from './merchant-help.ts';
import { importKey } from './merchant-import.ts';
import { add, createKey, csr } from './merchant-keys.ts';
import { list } from './merchant-list.ts';
import { removePublicKey, setPublicKey } from './merchant-public-key.ts';
import { retire, rotate } from './merchant-rotate.ts';
import { printer } from './output.ts';

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

const run = async (name: string, args: readonly string[]): Promise<boolean> => {
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (command === undefined) throw new UsageError('There is no such command. --help lists them.');
  if (hasFlag(args, '--help')) {
    process.stdout.write(commandHelp(name, command));
    return true;
  }
  const { given, place } = parseCommand(command, args);
  const context = await connect(place);
  try {
    const outcome = await command.run(context, given);
    printer(name, hasFlag(args, '--json'))(outcome);
    return outcome.ok;
  } finally {
    context.close();
  }
};

const main = async ([name, ...args]: readonly string[]): Promise<number> => {
  if (name === undefined || name === '--help') {
    (name === undefined ? process.stderr : process.stdout).write(toolHelp(COMMANDS));
    return name === undefined ? 2 : 0;
  }
  try {
    return (await run(name, args)) ? 0 : 1;
  } catch (error) {
    const text = explain(error);
    // An unknown name may be a secret in the wrong place, like any argument.
    const known = Object.hasOwn(COMMANDS, name) ? name : '';
    if (hasFlag(args, '--json')) printer(known, true)({ ok: false, lines: [], json: { error: text } });
    else process.stderr.write(`${text}\n`);
    return error instanceof UsageError ? 2 : 1;
  }
};

process.exitCode = await main(process.argv.slice(2));
