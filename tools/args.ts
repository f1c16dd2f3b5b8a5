import { type ParseArgsOptionsConfig, parseArgs } from 'node:util';
import type { Env } from './aws.ts';
import { UsageError } from './failure.ts';

/** A command line, as a tool got it. */
export type CommandLine = { tool: string; name: string; args: readonly string[]; env: Env };

/** What every command of every tool takes. */
export const COMMON = {
  stage: { type: 'string' },
  region: { type: 'string' },
  profile: { type: 'string' },
  json: { type: 'boolean' },
  help: { type: 'boolean' },
} as const satisfies ParseArgsOptionsConfig;

/** Whether a flag was given, before anything else about the arguments is known to be right. */
export const hasFlag = (args: readonly string[], flag: '--json' | '--help'): boolean => args.includes(flag);

/**
 * Options that npm has kept for itself. Without `--` before them (PowerShell drops one that is there) npm 10 and 11
 * take options for their own, pass on what is left, and say so in the environment alone: `npm_config_stage`.
 */
const keptByNpm = ({ args, env }: CommandLine, options: ParseArgsOptionsConfig): string[] =>
  Object.entries(options).flatMap(([name, { type }]) => {
    const kept = env[`npm_config_${name.replaceAll('-', '_')}`];
    const given = args.some((arg) => arg === `--${name}` || arg.startsWith(`--${name}=`));
    // npm writes nothing for a flag of its own that is off.
    if (given || kept === undefined || (type === 'boolean' && kept === '')) return [];
    return [type === 'boolean' ? `--${name}` : `--${name} …`];
  });

/** @throws UsageError for a command line that has lost options: its command would do something else than was meant. */
const requireWhole = (line: CommandLine, options: ParseArgsOptionsConfig): void => {
  const kept = keptByNpm(line, options);
  if (kept.length === 0) return;
  const words = `${line.name} … ${kept.join(' ')}`;
  throw new UsageError(
    `npm kept ${kept.join(' ').replaceAll(' …', '')} for itself, so nothing was done. Options come after \`--\`: ` +
      `npm run ${line.tool} -- ${words}. In PowerShell the two hyphens need quotes: npm run ${line.tool} '--' ${words}`,
  );
};

/** @throws UsageError, which repeats nothing of what was given: it may be a secret or a person's name in the wrong place. */
export const parseStrictly = (line: CommandLine, options: ParseArgsOptionsConfig) => {
  requireWhole(line, options);
  try {
    return parseArgs({ args: [...line.args], options, allowPositionals: true });
  } catch (error) {
    // Node's own text repeats it.
    const { code } = error as { code?: string };
    if (code === 'ERR_PARSE_ARGS_UNKNOWN_OPTION')
      throw new UsageError('There is an option that this command does not have.');
    throw new UsageError('An option lacks its value, or has one that it does not take.');
  }
};
