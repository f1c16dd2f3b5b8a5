import { readFile } from 'node:fs/promises';
import { expect, it } from '@jest/globals';
import { CATALOGUE, REASONS } from '../../lib/errors.ts';
import type { LogEvent, LogFields } from '../../lib/telemetry.ts';

const page = await readFile(new URL('../../docs/errors.md', import.meta.url), 'utf8');

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

const [, codes = '', reasons = '', events = ''] = page.split(/^## /m);

it('docs/errors.md has a row for every code, with its status and whether to try again', () => {
  const documented = rows(codes).map(([code, status, again]) => ({ code, status: Number(status), again }));
  const catalogue = Object.entries(CATALOGUE).map(([code, { status, retryable }]) => ({
    code,
    status,
    again: retryable ? 'yes' : 'no',
  }));
  expect(documented).toEqual(catalogue);
});

it('docs/errors.md has a row for every reason, with what happened and what to do', () => {
  expect(rows(reasons).map(([reason]) => reason)).toEqual([...REASONS]);
  for (const [, what, todo] of rows(reasons)) {
    expect(what).toMatch(/\.$/);
    expect(todo).toMatch(/\.$/);
  }
});

it('docs/errors.md tells what the log says of a sign-up by event', () => {
  const fields: (keyof LogFields)[] = ['request_id', 'message_id', 'receives', 'retry_in_s', 'replayed'];
  expect(rows(events).map(([field]) => field)).toEqual(fields);
  const lines: LogEvent[] = [
    'sign-up refused',
    'sign-up postponed',
    'sign-up dead-lettered',
    'postponing failed',
  ];
  for (const line of lines) expect(events).toContain(`\`${line}\``);
});
