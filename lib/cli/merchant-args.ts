import { type ParseArgsOptionsConfig, parseArgs } from 'node:util';
import { MCHID } from '../merchants/record.ts';
import type { Command, Given } from './merchant-command.ts';
import type { Place } from './merchant-context.ts';
import { UsageError } from './merchant-failure.ts';

export type Parsed = { given: Given; place: Place };

const COMMON = {
  stage: { type: 'string' },
  region: { type: 'string' },
  profile: { type: 'string' },
  json: { type: 'boolean' },
  yes: { type: 'boolean' },
  help: { type: 'boolean' },
} as const satisfies ParseArgsOptionsConfig;

/** Whether a flag was given, before anything else about the arguments is known to be right. */
export const hasFlag = (args: readonly string[], flag: '--json' | '--help'): boolean => args.includes(flag);

const parse = (args: readonly string[], options: ParseArgsOptionsConfig) => {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true });
  } catch (error) {
    // Node's own text repeats what was given, which may be a secret in the wrong place.
    const { code } = error as { code?: string };
    if (code === 'ERR_PARSE_ARGS_UNKNOWN_OPTION')
      throw new UsageError('There is an option that this command does not have.');
    throw new UsageError('An option lacks its value, or has one that it does not take.');
  }
};

const mchidIn = (positionals: readonly string[], { mchid }: Command): string | undefined => {
  const [number, ...rest] = positionals;
  if (rest.length > 0 || (mchid === 'none' && number !== undefined))
    throw new UsageError(
      'There is an argument too many. Keys are never given as arguments, where other processes and the history of the shell ' +
        'see them: if that was one, replace it.',
    );
  if (number === undefined) {
    if (mchid === 'required') throw new UsageError('The merchant number is missing.');
    return undefined;
  }
  if (!MCHID.test(number)) throw new UsageError('A merchant number (MCHID, 商户号) has digits only.');
  return number;
};

/** @throws UsageError, which repeats nothing of what was given. */
export const parseCommand = (command: Command, args: readonly string[]): Parsed => {
  const own = Object.fromEntries(
    Object.keys(command.options).map((name) => [name, { type: 'string' as const }]),
  );
  const { values, positionals } = parse(args, { ...COMMON, ...own });
  const text = (name: string): string | undefined => {
    const value = values[name];
    return typeof value === 'string' ? value : undefined;
  };
  const stage = text('stage') ?? 'dev';
  if (!/^[A-Za-z0-9-]{1,32}$/.test(stage))
    throw new UsageError('--stage must be the name of a deployed stage: letters, digits and hyphens.');
  const options = Object.fromEntries(Object.keys(own).map((name) => [name, text(name)]));
  return {
    given: { mchid: mchidIn(positionals, command), options },
    place: { stage, region: text('region'), profile: text('profile'), yes: values['yes'] === true },
  };
};
