import { UsageError } from '../failure.ts';
import type { Outcome } from '../output.ts';
import type { Context } from './context.ts';

/** What was given on the command line, apart from the options every command has. */
export type Given = { mchid: string | undefined; options: Readonly<Record<string, string | undefined>> };

export type Command = {
  /** For the list of commands. */
  summary: string;
  mchid: 'required' | 'optional' | 'none';
  /** Options with a value: name → what it is. */
  options: Readonly<Record<string, { value: string; text: string }>>;
  /** What it does, when to use it, what comes next. */
  help: string;
  run: (context: Context, given: Given) => Promise<Outcome>;
};

export const required = ({ options }: Given, name: string): string => {
  const value = options[name];
  if (value === undefined || value === '') throw new UsageError(`--${name} is missing.`);
  return value;
};

/** For commands whose `mchid` is required: the dispatcher has seen to it. */
export const mchidOf = ({ mchid }: Given): string => {
  if (mchid === undefined) throw new UsageError('The merchant number is missing.');
  return mchid;
};
