import { table } from '../output.ts';
import type { Command } from './command.ts';

const COMMON = [
  ['--stage NAME', 'stage of the deployment (default: dev; to change something without a terminal, needed)'],
  ['--region REGION', 'AWS region (default: AWS_REGION, or the profile’s)'],
  ['--profile NAME', 'AWS profile (default: AWS_PROFILE, or the SDK’s credential chain)'],
  ['--json', 'one JSON object on standard output'],
  ['--yes', 'confirm what would be asked'],
  ['--help', 'this text'],
];
const STATUS =
  'Status: 0 done (or done before), 1 failed or found something, 2 wrong usage. Secrets are read from files or typed, never from arguments.';

const indented = (rows: readonly (readonly string[])[]): string =>
  table(rows)
    .map((line) => `  ${line}\n`)
    .join('');

const usage = (name: string, { mchid, options }: Command): string => {
  const number = { required: ' MCHID', optional: ' [MCHID]', none: '' }[mchid];
  const own = Object.entries(options).map(([option, { value }]) => ` [--${option} ${value}]`);
  return `Usage: npm run merchant -- ${name}${number}${own.join('')} [options]\n`;
};

export const commandHelp = (name: string, command: Command): string => {
  const own = Object.entries(command.options).map(([option, { value, text }]) => [
    `--${option} ${value}`,
    text,
  ]);
  return `${usage(name, command)}\n${command.help}\n\n${indented([...own, ...COMMON])}\n${STATUS}\n`;
};

export const toolHelp = (commands: Readonly<Record<string, Command>>): string => {
  const rows = Object.entries(commands).map(([name, { summary }]) => [name, summary]);
  return `Usage: npm run merchant -- COMMAND [MCHID] [options]

Keeps the merchants of a deployment: their keys in KMS, their certificates and WeChat Pay's keys in the registry.

${indented(rows)}
${indented(COMMON)}
COMMAND --help tells more. ${STATUS}
`;
};
