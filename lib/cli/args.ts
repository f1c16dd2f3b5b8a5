import { type ParseArgsOptionsConfig, parseArgs } from 'node:util';
import { UsageError } from './failure.ts';

/** Whether a flag was given, before anything else about the arguments is known to be right. */
export const hasFlag = (args: readonly string[], flag: '--json' | '--help'): boolean => args.includes(flag);

/** @throws UsageError, which repeats nothing of what was given: it may be a secret or a person's name in the wrong place. */
export const parseStrictly = (args: readonly string[], options: ParseArgsOptionsConfig) => {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true });
  } catch (error) {
    // Node's own text repeats it.
    const { code } = error as { code?: string };
    if (code === 'ERR_PARSE_ARGS_UNKNOWN_OPTION')
      throw new UsageError('There is an option that this command does not have.');
    throw new UsageError('An option lacks its value, or has one that it does not take.');
  }
};

/** @throws UsageError unless it can be the name of a stage. */
export const stageOf = (given = 'dev'): string => {
  if (!/^[A-Za-z0-9-]{1,32}$/.test(given))
    throw new UsageError('--stage must be the name of a deployed stage: letters, digits and hyphens.');
  return given;
};
