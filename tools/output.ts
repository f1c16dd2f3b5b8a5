/**
 * What a command has to say. `lines` are its result, `notes` what a human should know or do next (never mixed into
 * a result that goes to a file), `json` the same for a program. One string is one line: a line break in it is
 * somebody else's.
 */
export type Outcome = {
  ok: boolean;
  lines: readonly string[];
  notes?: readonly string[];
  json: Readonly<Record<string, unknown>>;
};

/** Controls, what turns or hides text, line separators, halves of characters. */
const UNSAFE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

const escaped = (text: string): string =>
  text
    .split('')
    .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .join('');

/** A text that does nothing to a terminal but stand there. JSON stays the same JSON. */
export const printable = (text: string): string => text.replace(UNSAFE, escaped);

const block = (lines: readonly string[]): string => lines.map((line) => `${printable(line)}\n`).join('');

/** To a human, beside the result. */
export const say = (...lines: readonly string[]): void => void process.stderr.write(block(lines));

/** One JSON object on standard output, or lines there and notes on standard error. */
export const print = (
  { command, json: asJson, stage }: { command: string; json: boolean; stage?: string },
  { ok, lines, notes = [], json }: Outcome,
): void => {
  if (asJson) {
    const where = stage === undefined ? {} : { stage };
    process.stdout.write(`${printable(JSON.stringify({ command, ok, ...where, ...json }))}\n`);
    return;
  }
  process.stdout.write(block(lines));
  say(...notes);
};

/** Columns as wide as their widest cell. */
export const table = (rows: readonly (readonly string[])[]): string[] => {
  const safe = rows.map((row) => row.map(printable));
  const widths = (safe[0] ?? []).map((_, column) => Math.max(...safe.map((row) => row[column]?.length ?? 0)));
  return safe.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
};
