import { MCHID } from '../../lib/merchants/record.ts';
import { COMMON, type CommandLine, parseStrictly } from '../args.ts';
import type { Place } from '../aws.ts';
import { UsageError } from '../failure.ts';
import { parseStage, type Stage } from '../stage.ts';
import type { Command, Given } from './command.ts';

export type Parsed = Stage & { given: Given; place: Place; yes: boolean };

const TOO_MANY = 'There is an argument too many.';
const SECRETS =
  'Keys are never given as arguments, where other processes and the history of the shell see them: if that was one, replace it.';

const mchidIn = (positionals: readonly string[], { mchid }: Command): string | undefined => {
  const [number, ...rest] = positionals;
  if (mchid === 'none' && number !== undefined)
    throw new UsageError(`${TOO_MANY} This command takes none; an option needs -- before its name.`);
  if (rest.length > 0) throw new UsageError(`${TOO_MANY} ${SECRETS}`);
  if (number === undefined) {
    if (mchid === 'required') throw new UsageError('The merchant number is missing.');
    return undefined;
  }
  if (!MCHID.test(number)) throw new UsageError('A merchant number (MCHID, 商户号) has digits only.');
  return number;
};

/** @throws UsageError, which repeats nothing of what was given. */
export const parseCommand = (command: Command, line: CommandLine): Parsed => {
  const own = Object.fromEntries(
    Object.keys(command.options).map((name) => [name, { type: 'string' as const }]),
  );
  const { values, positionals } = parseStrictly(line, { ...COMMON, yes: { type: 'boolean' }, ...own });
  const text = (name: string): string | undefined => {
    const value = values[name];
    return typeof value === 'string' ? value : undefined;
  };
  const options = Object.fromEntries(Object.keys(own).map((name) => [name, text(name)]));
  return {
    ...parseStage(text('stage')),
    given: { mchid: mchidIn(positionals, command), options },
    place: { region: text('region'), profile: text('profile') },
    yes: values['yes'] === true,
  };
};
