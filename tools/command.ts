import type { Env, Place } from './aws.ts';
import { UsageError } from './explain.ts';
import type { Outcome } from './output.ts';
import type { Terminal } from './terminal.ts';

/** An option; without `value`, which names what follows it, it is a flag. */
export type Option = { value?: string; text: string };
export type Options = Readonly<Record<string, Option>>;

/** What was given on the command line. */
export type Given = {
  /** Empty when none was given. */
  mchid: string;
  /** A flag that was given is empty. */
  options: Readonly<Record<string, string | undefined>>;
};

/** What every command of every tool works with. */
export type Setting = {
  stage: string;
  place: Place;
  env: Env;
  terminal: Terminal;
  yes: boolean;
  /** Aborts when nobody reads what is printed any more. */
  unheard: AbortSignal;
  now: () => number;
};

export type Command<C> = {
  /** What it does, when to use it, what comes next. */
  help: string;
  mchid?: 'required' | 'optional';
  options?: Options;
  /** Whether it changes something: whoever gave no stage is then shown it first. */
  changes: boolean;
  run: (context: C, given: Given) => Promise<Outcome>;
};

/** A command in the list of its tool. It is loaded when it is asked for: the AWS SDK takes longer than most commands. */
export type Listed<C> = { name: string; summary: string; load: () => Promise<Command<C>> };

export type Tool<C> = {
  name: string;
  help: string;
  /** Of each command, beside its own and COMMON. */
  options: Options;
  /** What the help ends with. */
  end: string;
  commands: readonly Listed<C>[];
  connect: (setting: Setting, given: Given) => Promise<C & { close: () => void }>;
};

export const DEFAULT_STAGE = 'dev';

export const COMMON: Options = {
  stage: {
    value: 'NAME',
    text: `stage of the deployment (default: ${DEFAULT_STAGE}; to change something without a terminal, needed)`,
  },
  region: { value: 'REGION', text: 'AWS region (default: AWS_REGION, or the profile’s)' },
  profile: { value: 'NAME', text: 'AWS profile (default: AWS_PROFILE, or the SDK’s credential chain)' },
  json: { text: 'one JSON object on standard output' },
};

export const YES: Option = { text: 'confirm what would be asked' };

/** The value of an option that its command needs. */
export const required = ({ options }: Given, name: string): string => {
  const value = options[name];
  if (value === undefined || value === '') throw new UsageError(`--${name} is missing.`);
  return value;
};
