import type { ParseArgsOptionsConfig } from 'node:util';
import { MCHID } from '../merchants/record.ts';
import { parseStrictly, stageOf } from './args.ts';
import { UsageError } from './failure.ts';
import type { Command, Given } from './merchant-command.ts';
import type { Place } from './merchant-context.ts';

export type Parsed = { given: Given; place: Place };

const COMMON = {
  stage: { type: 'string' },
  region: { type: 'string' },
  profile: { type: 'string' },
  json: { type: 'boolean' },
  yes: { type: 'boolean' },
  help: { type: 'boolean' },
} as const satisfies ParseArgsOptionsConfig;

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
  const { values, positionals } = parseStrictly(args, { ...COMMON, ...own });
  const text = (name: string): string | undefined => {
    const value = values[name];
    return typeof value === 'string' ? value : undefined;
  };
  const stage = stageOf(text('stage'));
  const options = Object.fromEntries(Object.keys(own).map((name) => [name, text(name)]));
  return {
    given: { mchid: mchidIn(positionals, command), options },
    place: { stage, region: text('region'), profile: text('profile'), yes: values['yes'] === true },
  };
};
