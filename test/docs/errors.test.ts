import { readFile } from 'node:fs/promises';
import { expect, it } from '@jest/globals';
import { CATALOGUE, REASONS } from '../../lib/errors.ts';

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

const [, codes = '', reasons = ''] = page.split(/^## /m);

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
