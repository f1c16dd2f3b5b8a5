import { CommanderError, Command as Parser } from 'commander';
import { MCHID } from '../lib/merchants/record.ts';
import type { Env } from './aws.ts';
import { COMMON, type Command, DEFAULT_STAGE, type Given, type Options, type Tool } from './command.ts';
import { UsageError } from './explain.ts';

/** A command line that was understood. */
export type Line<C> = { command: Command<C>; given: Given; stage: string };

const LACKS_VALUE = 'An option lacks its value, or has one that it does not take.';

/** Commander's own texts quote what was given, which may be a secret or somebody's name in the wrong place. */
const SENTENCES: Readonly<Record<string, string>> = {
  'commander.unknownCommand': 'There is no such command. --help lists them.',
  'commander.unknownOption': 'There is an option that this command does not have.',
  'commander.optionMissingArgument': LACKS_VALUE,
  'commander.missingArgument': 'The merchant number is missing.',
};

const tooMany = ({ mchid }: Pick<Command<never>, 'mchid'>): string =>
  mchid === undefined
    ? 'There is an argument too many. This command takes none; an option needs -- before its name.'
    : 'There is an argument too many. Keys are never given as arguments, where other processes and the history of ' +
      'the shell see them: if that was one, replace it.';

const optionsOf = <C>(tool: Tool<C>, { options }: Command<C>): Options => ({
  ...options,
  ...tool.options,
  ...COMMON,
  // Its own once more: what a command says of an option that all have is about itself.
  ...options,
});

/**
 * Options that npm has kept for itself. Without `--` before them (PowerShell drops one that is there) npm 10 and 11
 * take options for their own, pass on what is left, and say so in the environment alone: `npm_config_stage`.
 */
const keptByNpm = (options: Options, args: readonly string[], env: Env): string[] =>
  Object.entries(options).flatMap(([name, { value }]) => {
    const kept = env[`npm_config_${name.replaceAll('-', '_')}`];
    const given = args.some((arg) => arg === `--${name}` || arg.startsWith(`--${name}=`));
    // npm writes nothing for a flag of its own that is off.
    if (given || kept === undefined || (value === undefined && kept === '')) return [];
    return [value === undefined ? `--${name}` : `--${name} …`];
  });

/** @throws UsageError for a command line that has lost options: its command would do something else than was meant. */
const requireWhole = (tool: string, command: string, kept: readonly string[]): void => {
  if (kept.length === 0) return;
  const words = `${command} … ${kept.join(' ')}`;
  throw new UsageError(
    `npm kept ${kept.join(' ').replaceAll(' …', '')} for itself, so nothing was done. Options come after \`--\`: ` +
      `npm run ${tool} -- ${words}. In PowerShell the two hyphens need quotes: npm run ${tool} '--' ${words}`,
  );
};

const inOneLine = (text: string): string => text.replaceAll('\n', ' ');

/** Commander's parser of a tool. `onCommand` gets the command it has understood. */
const parserOf = <C>(tool: Tool<C>, onCommand: (command: Command<C>, given: Given) => void): Parser => {
  const program = new Parser(`npm run ${tool.name} --`)
    .description(inOneLine(tool.help))
    .helpOption('--help', 'this text')
    .helpCommand(false)
    .addHelpText('afterAll', `\n${tool.end}`)
    .configureHelp({ subcommandTerm: (sub) => sub.name() })
    .configureOutput({ outputError: () => undefined })
    .exitOverride();
  for (const command of tool.commands) {
    const { name, summary, help, mchid } = command;
    const sub = program.command(name).summary(summary).description(inOneLine(help));
    if (mchid !== undefined)
      sub.argument(mchid === 'required' ? '<MCHID>' : '[MCHID]', 'merchant number, 商户号');
    for (const [option, { value, text }] of Object.entries(optionsOf(tool, command)))
      sub.option(value === undefined ? `--${option}` : `--${option} <${value}>`, text);
    sub.action(() => {
      const values = sub.options.map((option) => {
        const value: unknown = sub.getOptionValue(option.attributeName());
        return [option.name(), value === true ? '' : value] as const;
      });
      onCommand(command, {
        mchid: sub.args[0] ?? '',
        options: Object.fromEntries(values) as Given['options'],
      });
    });
  }
  return program;
};

/** What commander leaves to its user. @throws UsageError */
const check = ({ mchid, options }: Given): void => {
  // An option without its value takes the next option for one. A key is told to be one by whoever wants a file's name.
  if (Object.values(options).some((value) => /^-(?!----BEGIN)./.test(value ?? '')))
    throw new UsageError(LACKS_VALUE);
  if (mchid !== '' && !MCHID.test(mchid))
    throw new UsageError('A merchant number (MCHID, 商户号) has digits only.');
  if (!/^[A-Za-z0-9-]{1,32}$/.test(options['stage'] ?? DEFAULT_STAGE))
    throw new UsageError('--stage must be the name of a deployed stage: letters, digits and hyphens.');
};

/**
 * @returns undefined when help was asked for, and has been shown.
 * @throws UsageError, which repeats nothing of what was given. Its message is empty when help has been shown instead.
 */
export const parse = <C>(tool: Tool<C>, args: readonly string[], env: Env): Line<C> | undefined => {
  const named = tool.commands.find(({ name }) => name === args[0]);
  if (named !== undefined && !args.includes('--help'))
    requireWhole(tool.name, named.name, keptByNpm(optionsOf(tool, named), args, env));
  let line: Line<C> | undefined;
  const parser = parserOf(tool, (command, given) => {
    check(given);
    line = { command, given, stage: given.options['stage'] ?? DEFAULT_STAGE };
  });
  try {
    parser.parse(args, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.code === 'commander.helpDisplayed') return undefined;
    if (error.code === 'commander.help') throw new UsageError('');
    if (error.code === 'commander.excessArguments') throw new UsageError(tooMany(named ?? {}));
    throw new UsageError(
      SENTENCES[error.code] ?? 'The command line cannot be read. --help tells what it may hold.',
    );
  }
  return line;
};
