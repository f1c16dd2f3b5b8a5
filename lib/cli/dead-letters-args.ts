import { type ParseArgsOptionsConfig, parseArgs } from 'node:util';
import type { Endpoint } from '../endpoint.ts';
import type { Context } from './dead-letters-context.ts';
import { UsageError } from './merchant-failure.ts';

const COMMON = {
  stage: { type: 'string' },
  endpoint: { type: 'string' },
  json: { type: 'boolean' },
} as const satisfies ParseArgsOptionsConfig;

export const OPTIONS = {
  list: { limit: { type: 'string' } },
  redrive: {},
  purge: { unreadable: { type: 'boolean' }, yes: { type: 'boolean' } },
} as const satisfies Record<string, ParseArgsOptionsConfig>;
export type Name = keyof typeof OPTIONS;

export const isName = (name: string): name is Name => Object.hasOwn(OPTIONS, name);

const parse = (args: readonly string[], options: ParseArgsOptionsConfig) => {
  try {
    return parseArgs({ args: [...args], options }).values;
  } catch (error) {
    // Node's own text repeats what was given.
    const { code } = error as { code?: string };
    if (code === 'ERR_PARSE_ARGS_UNKNOWN_OPTION')
      throw new UsageError('There is an option that this command does not have.');
    if (code === 'ERR_PARSE_ARGS_UNEXPECTED_POSITIONAL')
      throw new UsageError('There is an argument too many: the endpoint is named with --endpoint.');
    throw new UsageError('An option lacks its value, or has one that it does not take.');
  }
};

/** @throws UsageError, which repeats nothing of what was given. */
export const parseCommand = (
  name: Name,
  args: readonly string[],
  all: readonly Endpoint[],
): Pick<Context, 'stage' | 'endpoints' | 'limit' | 'unreadable' | 'yes'> => {
  const values = parse(args, { ...COMMON, ...OPTIONS[name] });
  const text = (option: string, otherwise: string): string => {
    const value = values[option];
    return typeof value === 'string' ? value : otherwise;
  };
  const stage = text('stage', 'dev');
  if (!/^[A-Za-z0-9-]{1,32}$/.test(stage))
    throw new UsageError('--stage must be the name of a deployed stage: letters, digits and hyphens.');
  const limit = text('limit', '100');
  if (!/^[1-9]\d{0,4}$/.test(limit)) throw new UsageError('--limit must be a number from 1 to 99999.');
  const wanted = values['endpoint'];
  if (name === 'purge' && wanted === undefined)
    throw new UsageError('--endpoint is missing: purge deletes of one endpoint only.');
  const endpoints = wanted === undefined ? all : all.filter((endpoint) => endpoint.name === wanted);
  if (endpoints.length === 0)
    throw new UsageError(`--endpoint must be one of: ${all.map((endpoint) => endpoint.name).join(', ')}.`);
  return {
    stage,
    endpoints,
    limit: Number(limit),
    unreadable: values['unreadable'] === true,
    yes: values['yes'] === true,
  };
};
