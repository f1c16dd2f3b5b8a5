import { readFile } from 'node:fs/promises';
import { expect, it } from '@jest/globals';
import { CATALOGUE, REASONS } from '../../lib/errors.ts';
import type { LogEvent, LogFields } from '../../lib/telemetry.ts';
import { REFUSALS } from '../../lib/wechatpay/refusal.ts';

const read = (path: string) => readFile(new URL(`../../docs/${path}`, import.meta.url), 'utf8');
const page = await read('errors.md');
const PAGES = [
  { file: 'errors.md', language: 'en', text: page, yes: 'yes', no: 'no' },
  { file: 'zh-CN/errors.md', language: 'zh', text: await read('zh-CN/errors.md'), yes: '是', no: '否' },
] as const;

/** The cells of every table row whose first cell is a code in back quotes. */
const rows = (section: string): string[][] =>
  section
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim().replaceAll('`', '')),
    );

const sectionsOf = (text: string): string[] => text.split(/^## /m);
const [, , refusals = '', , reasons = '', events = ''] = sectionsOf(page);

it.each(PAGES)(
  'docs/$file has a row for every code, with its status, whether to try again and what callers are told',
  ({ language, text, yes, no }) => {
    const [, codes = ''] = sectionsOf(text);
    const documented = rows(codes).map(([code, status, again, message]) => [
      code,
      Number(status),
      again,
      message,
    ]);
    const catalogue = Object.entries(CATALOGUE).map(([code, { status, retryable, message }]) => [
      code,
      status,
      retryable ? yes : no,
      message[language],
    ]);
    expect(documented).toEqual(catalogue);
  },
);

it('docs/errors.md shows whose trouble each refusal of WeChat Pay is, and who says so', () => {
  const links = new Map([...refusals.matchAll(/^(\[\d\]): (\S+)$/gm)].map(([, mark, url]) => [mark, url]));
  const documented = refusals
    .split('\n')
    .filter((line) => line.endsWith('] |'))
    .map((line) => line.split(' | ').map((cell) => cell.replace(/^\| | \|$/g, '')))
    .map(([when, whose, answer, reason, source]) => [when, whose, answer, reason, links.get(source ?? '')]);
  expect(documented).toEqual(
    REFUSALS.map(({ when, whose, code, reason, source }) => [
      when,
      whose,
      code ? `\`${code}\`` : "WeChat Pay's own status and code",
      `\`${reason}\``,
      source,
    ]),
  );
});

it('docs/errors.md has a row for every reason, with what happened and what to do', () => {
  expect(rows(reasons).map(([reason]) => reason)).toEqual([...REASONS]);
  for (const [, what, todo] of rows(reasons)) {
    expect(what).toMatch(/\.$/);
    expect(todo).toMatch(/\.$/);
  }
});

it('docs/errors.md tells what the log says of a pre-sign by event', () => {
  const fields: (keyof LogFields)[] = ['request_id', 'message_id', 'receives', 'retry_in_s', 'replayed'];
  expect(rows(events).map(([field]) => field)).toEqual(fields);
  const lines: LogEvent[] = [
    'pre-sign refused',
    'pre-sign postponed',
    'pre-sign dead-lettered',
    'postponing failed',
  ];
  for (const line of lines) expect(events).toContain(`\`${line}\``);
});
