import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

export const readPage = (name: string): Promise<string> => readFile(join(ROOT, 'docs', name), 'utf8');

/** The code blocks of a page in one language; '' for those that name none. */
export const blocks = (page: string, language: string): string[] =>
  [...page.matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm)].flatMap(([, lang, text = '']) =>
    lang === language ? [text] : [],
  );

/** The JSON blocks that the sentence before them gives a file name. */
const namedFiles = (page: string): [string, string][] =>
  [...page.matchAll(/`([\w-]+\.json)`[^`]*:\n\n```json\n([\s\S]*?)```/g)].map(([, name = '', text = '']) => [
    name,
    text,
  ]);

/** Cells of the table rows under a heading, without back quotes. */
export const tableRows = (page: string, heading: string): string[][] =>
  (page.split(`## ${heading}\n`)[1]?.split(/^#/m)[0] ?? '')
    .split('\n')
    .filter((line) => line.startsWith('|') && !line.startsWith('| ---'))
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim().replaceAll('`', '')),
    );

/** Writes down how it was called; the one answer that a snippet uses is a queue's URL. */
const FAKE_AWS = `#!${process.execPath}
const { appendFileSync } = require('node:fs');
const [service, operation, ...words] = process.argv.slice(2);
const options = {};
for (let i = 0; i < words.length; i += 2) options[words[i]] = words[i + 1];
appendFileSync(process.env.CALLS, JSON.stringify({ command: service + ' ' + operation, options }) + '\\n');
if (operation === 'get-queue-url') console.log('https://sqs.example/111122223333/' + options['--queue-name']);
`;

export type AwsCall = { command: string; options: Record<string, string> };

/** Runs the page's shell snippets, in order, next to the files the page names; `file://…` comes back as its text. */
export const runShell = async (page: string): Promise<AwsCall[]> => {
  const folder = await mkdtemp(join(tmpdir(), 'page-'));
  try {
    await writeFile(join(folder, 'aws'), FAKE_AWS, { mode: 0o755 });
    for (const [name, text] of namedFiles(page)) await writeFile(join(folder, name), text);
    const calls = join(folder, 'calls');
    const PATH = `${folder}${delimiter}${process.env['PATH']}`;
    for (const text of blocks(page, 'sh')) {
      await run('sh', ['-euc', text], { cwd: folder, env: { PATH, CALLS: calls } });
    }
    const lines = (await readFile(calls, 'utf8')).trim().split('\n');
    return await Promise.all(
      lines.map(async (line) => {
        const call = JSON.parse(line) as AwsCall;
        for (const [name, value] of Object.entries(call.options)) {
          if (!value.startsWith('file://')) continue;
          call.options[name] = await readFile(join(folder, value.slice('file://'.length)), 'utf8');
        }
        return call;
      }),
    );
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
};

export type Entry = { EventBusName: string; Source: string; DetailType: string; Detail: string };
export type PutEventsAnswer = (entries: Entry[]) => { ErrorCode?: string; EventId?: string }[];

/** Runs a program of the page against a server that answers PutEvents. @returns the entries of each call. */
export const runAgainstEventBridge = async (program: string, answer: PutEventsAnswer): Promise<Entry[][]> => {
  const calls: Entry[][] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { Entries } = JSON.parse(Buffer.concat(chunks).toString()) as { Entries: Entry[] };
    calls.push(Entries);
    const results = answer(Entries);
    const failed = results.filter(({ ErrorCode }) => ErrorCode !== undefined).length;
    response.setHeader('Content-Type', 'application/x-amz-json-1.1');
    response.end(JSON.stringify({ FailedEntryCount: failed, Entries: results }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const env = {
    PATH: process.env['PATH'],
    AWS_REGION: 'cn-north-1',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_ENDPOINT_URL_EVENTBRIDGE: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
  };
  try {
    await run(process.execPath, ['--input-type=module', '--eval', program], { cwd: ROOT, env });
    return calls;
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
};
