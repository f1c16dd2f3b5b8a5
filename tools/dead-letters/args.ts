import type { ParseArgsOptionsConfig } from 'node:util';
import type { Endpoint } from '../../lib/endpoint.ts';
import { COMMON, type CommandLine, parseStrictly } from '../args.ts';
import type { Place } from '../aws.ts';
import { UsageError } from '../failure.ts';
import { parseStage, type Stage } from '../stage.ts';
import type { Context } from './context.ts';

const OPTIONS = {
  list: { limit: { type: 'string' } },
  redrive: {},
  purge: { unreadable: { type: 'boolean' }, yes: { type: 'boolean' } },
} as const satisfies Record<string, ParseArgsOptionsConfig>;
export type Name = keyof typeof OPTIONS;

export const isName = (name: string): name is Name => Object.hasOwn(OPTIONS, name);

/** @throws UsageError, which repeats nothing of what was given. */
export const parseCommand = (
  name: Name,
  line: CommandLine,
  all: readonly Endpoint[],
): Stage & Pick<Context, 'endpoints' | 'limit' | 'unreadable' | 'yes'> & { place: Place } => {
  const { values, positionals } = parseStrictly(line, {
    ...COMMON,
    endpoint: { type: 'string' },
    ...OPTIONS[name],
  });
  if (positionals.length > 0)
    throw new UsageError('There is an argument too many: the endpoint is named with --endpoint.');
  const text = (option: string): string | undefined => {
    const value = values[option];
    return typeof value === 'string' ? value : undefined;
  };
  const limit = text('limit') ?? '100';
  if (!/^[1-9]\d{0,4}$/.test(limit)) throw new UsageError('--limit must be a number from 1 to 99999.');
  const wanted = text('endpoint');
  if (name === 'purge' && wanted === undefined)
    throw new UsageError('--endpoint is missing: purge deletes of one endpoint only.');
  const endpoints = wanted === undefined ? all : all.filter((endpoint) => endpoint.name === wanted);
  if (endpoints.length === 0)
    throw new UsageError(`--endpoint must be one of: ${all.map((endpoint) => endpoint.name).join(', ')}.`);
  return {
    ...parseStage(text('stage')),
    place: { region: text('region'), profile: text('profile') },
    endpoints,
    limit: Number(limit),
    unreadable: values['unreadable'] === true,
    yes: values['yes'] === true,
  };
};
