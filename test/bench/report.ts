import type { Spread } from './stats.ts';

/** `max` and `exactly` must hold; `stretch` is what we would like; a row without a bar is there to be known. */
export type Bar = { kind: 'max' | 'stretch' | 'exactly'; value: number };

export type Row = {
  figure: string;
  measured: number;
  /** `×`: a ratio. */
  unit: '×' | 'B' | 'calls';
  runs: number;
  spread?: Spread;
  bar?: Bar;
  /** The measurements behind a ratio. */
  note?: string;
};

export type Verdict = { met: boolean; text: string };

const percent = (share: number): string => `${(Math.abs(share) * 100).toFixed(1)} %`;

/** Of the value as measured, never as printed: 1.3504 misses a bar of 1.35. */
export const verdict = ({ measured, bar }: Pick<Row, 'measured' | 'bar'>): Verdict | undefined => {
  if (bar === undefined) return undefined;
  if (bar.kind === 'exactly') {
    const met = measured === bar.value;
    return { met, text: met ? 'met' : `missed: ${measured} instead of ${bar.value}` };
  }
  const over = measured / bar.value - 1;
  return over <= 0
    ? { met: true, text: `met, ${percent(over)} below` }
    : { met: false, text: `missed by ${percent(over)}` };
};

/** Whether all holds that must hold. */
export const passes = (rows: readonly Row[]): boolean =>
  rows.every((row) => row.bar?.kind === 'stretch' || (verdict(row)?.met ?? true));

export const quantity = (value: number, unit: Row['unit']): string => {
  if (unit === 'B') return `${Math.round(value).toLocaleString('en')} B`;
  return unit === '×' ? `${value.toFixed(2)} ×` : String(value);
};

export const ms = (value: number): string => `${value.toFixed(value < 10 ? 2 : 1)} ms`;

const barText = ({ bar, unit }: Row): string => {
  if (bar === undefined) return 'for information';
  const sign = bar.kind === 'exactly' ? '=' : '≤';
  return `${sign} ${quantity(bar.value, unit)}${bar.kind === 'stretch' ? ' (stretch)' : ''}`;
};

const cells = (row: Row): string[] => [
  row.figure,
  quantity(row.measured, row.unit),
  row.spread ? `${row.spread.p10.toFixed(2)}–${row.spread.p90.toFixed(2)}` : '',
  String(row.runs),
  barText(row),
  verdict(row)?.text ?? '',
  row.note ?? '',
];

const HEAD = ['figure', 'measured', 'p10–p90', 'runs', 'bar', 'verdict', 'behind it'];

/** A Markdown table, aligned so that a terminal can be read too. */
export const table = (rows: readonly Row[]): string => {
  const lines = [HEAD, ...rows.map(cells)];
  const widths = HEAD.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  const write = (line: readonly string[]): string =>
    `| ${line.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  const rule = `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`;
  const [head = [], ...body] = lines;
  return [write(head), rule, ...body.map(write)].join('\n');
};
