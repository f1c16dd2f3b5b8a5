import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { conclude, HELP, readOptions } from './cli.ts';
import { passes, quantity, type Row, table, verdict } from './report.ts';
import { median, pairedRatios, percentile, spread } from './stats.ts';

const BENCH = fileURLToPath(new URL('./bench.ts', import.meta.url));
const MACHINE = { node: 'v24.0.0', cores: 2, date: '2026-11-21' };
const SILENT = { json: false, check: false, help: false };

const row = (measured: number, kind: 'max' | 'stretch' | 'exactly', value: number): Row => ({
  figure: 'a figure',
  measured,
  unit: '×',
  runs: 3,
  bar: { kind, value },
});

describe('percentiles', () => {
  it.each([
    [0, 1],
    [0.1, 1.4],
    [0.5, 3],
    [0.99, 4.96],
    [1, 5],
  ])('%d of 1 to 5, in any order, is %d', (p, expected) => {
    expect(percentile([5, 3, 1, 4, 2], p)).toBeCloseTo(expected);
  });

  it('leave the sample as it was', () => {
    const sample = [3, 1, 2];
    expect(median(sample)).toBe(2);
    expect(spread(sample)).toEqual({ p10: expect.closeTo(1.2), p90: expect.closeTo(2.8) });
    expect(sample).toEqual([3, 1, 2]);
  });

  it('of numbers as text would be wrong: 10 is more than 9', () => {
    expect(percentile([10, 9, 100], 1)).toBe(100);
  });

  it('of nothing are refused', () => {
    expect(() => median([])).toThrow(RangeError);
  });
});

describe('paired ratios', () => {
  it('compare each measurement with its neighbour, so that a slow spell cancels out', () => {
    expect(pairedRatios([10, 100, 10], [5, 50, 5])).toEqual([2, 2, 2]);
  });

  it('are refused when one has no partner', () => {
    expect(() => pairedRatios([1, 2], [1])).toThrow(RangeError);
  });
});

describe('a verdict', () => {
  it.each([
    [row(1.2, 'max', 1.35), true, 'met, 11.1 % below'],
    [row(1.35, 'max', 1.35), true, 'met, 0.0 % below'],
    [row(1.3504, 'max', 1.35), false, 'missed by 0.0 %'],
    [row(1.5, 'max', 1), false, 'missed by 50.0 %'],
    [row(0, 'exactly', 0), true, 'met'],
    [row(2, 'exactly', 1), false, 'missed: 2 instead of 1'],
    [row(0, 'exactly', 1), false, 'missed: 0 instead of 1'],
  ])('of %j', (measured, met, text) => {
    expect(verdict(measured)).toEqual({ met, text });
  });

  it('is not passed on what has no bar', () => {
    const { bar, ...plain } = row(9, 'max', 1);
    expect(bar).toBeDefined();
    expect(verdict(plain)).toBeUndefined();
    expect(passes([plain])).toBe(true);
  });

  it('fails the whole only for a bar that must hold', () => {
    expect(passes([row(1, 'max', 1), row(2, 'stretch', 1)])).toBe(true);
    expect(passes([row(1, 'max', 1), row(2, 'max', 1)])).toBe(false);
    expect(passes([row(2, 'exactly', 1)])).toBe(false);
  });
});

describe('the report', () => {
  const missed = [{ ...row(1.5, 'max', 1), spread: { p10: 1.4, p90: 1.6 }, note: '3 ms to 2 ms' }];

  it('is a table with every part of a row', () => {
    const [head = '', rule = '', line = '', ...rest] = table(missed).split('\n');
    expect(rest).toEqual([]);
    expect(new Set([head.length, rule.length, line.length]).size).toBe(1);
    const cells = line.split('|').map((cell) => cell.trim());
    expect(cells.slice(1, -1)).toEqual([
      'a figure',
      '1.50 ×',
      '1.40–1.60',
      '3',
      '≤ 1.00 ×',
      'missed by 50.0 %',
      '3 ms to 2 ms',
    ]);
  });

  it('writes each unit in its own way', () => {
    expect([quantity(327_026, 'B'), quantity(1.045, '×'), quantity(1, 'calls')]).toEqual([
      '327,026 B',
      '1.04 ×',
      '1',
    ]);
  });

  it('is one JSON object with --json', () => {
    const { text } = conclude(missed, MACHINE, { ...SILENT, json: true });
    expect(JSON.parse(text)).toMatchObject({ ...MACHINE, figures: [{ measured: 1.5, met: false }] });
    expect(text).not.toContain('\n');
  });

  it('is a failure only with --check', () => {
    expect(conclude(missed, MACHINE, SILENT).status).toBe(0);
    expect(conclude(missed, MACHINE, { ...SILENT, check: true }).status).toBe(1);
    expect(conclude([row(1, 'max', 1)], MACHINE, { ...SILENT, check: true }).status).toBe(0);
  });
});

describe('the command', () => {
  const run = (...args: string[]) => spawnSync(process.execPath, [BENCH, ...args], { encoding: 'utf8' });

  it('explains itself and measures nothing with --help', () => {
    expect(run('--help')).toMatchObject({ status: 0, stdout: HELP, stderr: '' });
    for (const option of Object.keys(SILENT)) expect(HELP).toContain(`--${option}`);
  });

  it('refuses an option that nobody knows', () => {
    expect(() => readOptions(['--fast'])).toThrow(/--fast/);
    const { status, stdout, stderr } = run('--fast');
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toContain('--fast');
  });
});
