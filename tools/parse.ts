import { CommanderError, Command as Parser } from 'commander';
import { MCHID } from '../lib/merchants/record.ts';
import type { Env } from './aws.ts';
import { COMMON, type Command, DEFAULT_STAGE, type Given, type Options, type Tool } from './command.ts';
import { UsageError } from './explain.ts';
import type { Output } from './output.ts';

/** A command line that was understood. */
export type Line<C> = { name: string; command: Command<C>; given: Given; stage: string };
/** One that was given, and where its help is shown. */
export type Start = Output & { args: readonly string[]; env: Env };

const LACKS_VALUE = 'An option lacks its value, or has one that it does not take.';

const UNREADABLE = 'The command line cannot be read. --help tells what it may hold.';

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

/** Commander's parser of a tool, which knows its commands by name and summary. */
const parserOf = <C>(tool: Tool<C>, { write, terminal }: Output): Parser => {
  const program = new Parser(`npm run ${tool.name} --`)
    .description(inOneLine(tool.help))
    .helpOption('--help', 'this text')
    .helpCommand(false)
    .addHelpText('afterAll', `\n${tool.end}`)
    .configureHelp({ subcommandTerm: (sub) => sub.name() })
    .configureOutput({ writeOut: write, writeErr: terminal.write, outputError: () => undefined })
    .exitOverride();
  for (const { name, summary } of tool.commands) program.command(name).summary(summary);
  return program;
};

const givenTo = (sub: Parser): Given => {
  const values = sub.options.map((option) => {
    const value: unknown = sub.getOptionValue(option.attributeName());
    return [option.name(), value === true ? '' : value] as const;
  });
  return { mchid: sub.args[0] ?? '', options: Object.fromEntries(values) as Given['options'] };
};

/** Lets the parser of a command know what the command takes. `onGiven` gets what it was given. */
const extend = <C>(
  sub: Parser,
  { help, mchid }: Command<C>,
  options: Options,
  onGiven: (given: Given) => void,
): void => {
  sub.description(inOneLine(help)).action(() => onGiven(givenTo(sub)));
  if (mchid !== undefined)
    sub.argument(mchid === 'required' ? '<MCHID>' : '[MCHID]', 'merchant number, 商户号');
  for (const [option, { value, text }] of Object.entries(options))
    sub.option(value === undefined ? `--${option}` : `--${option} <${value}>`, text);
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

/** What commander found wrong. @throws UsageError, unless help was asked for, and has been shown. */
const refuse = (error: unknown, command: Pick<Command<never>, 'mchid'>): undefined => {
  if (!(error instanceof CommanderError)) throw error;
  if (error.code === 'commander.helpDisplayed') return undefined;
  if (error.code === 'commander.help') throw new UsageError('');
  if (error.code === 'commander.excessArguments') throw new UsageError(tooMany(command));
  throw new UsageError(SENTENCES[error.code] ?? UNREADABLE);
};

/**
 * @returns undefined when help was asked for, and has been shown.
 * @throws UsageError, which repeats nothing of what was given. Its message is empty when help has been shown instead.
 */
export const parse = async <C>(
  tool: Tool<C>,
  { args, env, ...output }: Start,
): Promise<Line<C> | undefined> => {
  const parser = parserOf(tool, output);
  const sub = parser.commands.find((one) => one.name() === args[0]);
  const command = await tool.commands.find(({ name }) => name === args[0])?.load();
  let line: Line<C> | undefined;
  if (sub !== undefined && command !== undefined) {
    const options = optionsOf(tool, command);
    const name = sub.name();
    if (!args.includes('--help')) requireWhole(tool.name, name, keptByNpm(options, args, env));
    extend(sub, command, options, (given) => {
      check(given);
      line = { name, command, given, stage: given.options['stage'] ?? DEFAULT_STAGE };
    });
  }
  try {
    parser.parse(args, { from: 'user' });
  } catch (error) {
    return refuse(error, command ?? {});
  }
  if (line === undefined) throw new UsageError(UNREADABLE);
  return line;
};
