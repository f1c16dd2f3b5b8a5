import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { type Stack, startStack } from '../../aws/stack.ts';
import { CHILD_ENV } from '../child-env.ts';
import { layOutProject } from '../project.ts';

/** Notes how it was called; CALLS names the file, OUTPUTS those of the packaged template. */
const FAKE = `#!${process.execPath}
import { appendFileSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
const words = process.argv.slice(2);
appendFileSync(process.env.CALLS, JSON.stringify([basename(process.argv[1]), ...words]) + '\\n');
const [, wanted] = /OutputKey=='(\\w+)'/.exec(words.join(' ')) ?? [];
if (wanted) {
  const template = '.serverless/cloudformation-template-update-stack.json';
  if (!(wanted in JSON.parse(readFileSync(template, 'utf8')).Outputs)) process.exit(1);
  console.log(wanted === 'HttpApiUrl' ? 'https://api.example' : 'api');
}
`;

/** The commands of a shell block: lines that go on are joined, comments left out. */
export const commandsIn = (block: string): string[] =>
  block
    .replaceAll(/\\\n\s*/g, ' ')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));

/** What the page's last table says is not run: the words in back quotes of its first column. */
export const untriedOn = (page: string): string[] =>
  (page.split('## What has not been tried here\n')[1] ?? '')
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .flatMap((line) => [...(line.split('|')[1] ?? '').matchAll(/`([^`]+)`/g)].map(([, words = '']) => words));

/** Whether the table names the command, or the one whose answer it exports. */
export const isUntried = (command: string, untried: readonly string[]): boolean =>
  untried.some((words) => `${command.replace(/^export \w+=\$\(/, '')} `.startsWith(`${words} `));

/** A freshly deployed stage `prod` on this machine, and somebody's shell in the project. */
export const startWalk = async () => {
  const [stack, project] = await Promise.all([
    startStack({ stage: 'prod' }),
    layOutProject({ hollow: true }),
  ]);
  const bin = join(project.folder, 'bin');
  const calls = join(bin, 'calls');
  await mkdir(bin);
  for (const name of ['aws', 'curl']) await writeFile(join(bin, name), FAKE, { mode: 0o755 });
  const { AWS_REGION: _, MERCHANTS_TABLE: __, DATA_KEY_ARN: ___, ...found } = stack.env();
  const exported: string[] = [];

  return {
    stack: stack as Stack,
    file: (name: string, text: string) => writeFile(join(project.folder, name), text),
    read: (name: string) => readFile(join(project.folder, name), 'utf8'),
    has: (name: string) => existsSync(join(project.folder, name)),
    /** Runs one command; what was exported before is there. @returns what it printed, and what it asked of `aws` and `curl`. */
    run: async (command: string, more: Record<string, string> = {}) => {
      await writeFile(calls, '');
      const script = [...exported, command].join('\n');
      const { stdout } = await promisify(execFile)('sh', ['-euc', script], {
        cwd: project.folder,
        env: {
          ...CHILD_ENV,
          ...found,
          ...more,
          HOME: process.env['HOME'],
          PATH: `${bin}${delimiter}${CHILD_ENV.PATH}`,
          CALLS: calls,
          TMPDIR: bin,
          AWS_SESSION_TOKEN: 'token',
        },
      });
      if (command.startsWith('export ')) exported.push(command);
      const lines = (await readFile(calls, 'utf8')).trim().split('\n').filter(Boolean);
      return { stdout, calls: lines.map((line) => JSON.parse(line) as string[]) };
    },
    close: async () => {
      await stack.close();
      await rm(bin, { recursive: true });
      await project.remove();
    },
  };
};

export type Walk = Awaited<ReturnType<typeof startWalk>>;
