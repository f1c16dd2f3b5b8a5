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

/** Where a tool writes: its result, and beside it what is for a human alone. */
export type Output = { write: (text: string) => void; terminal: { write: (text: string) => void } };

/** To a human, beside the result. */
export const say = ({ terminal }: Pick<Output, 'terminal'>, ...lines: readonly string[]): void =>
  terminal.write(block(lines));

/** The result: one JSON object, or lines, and notes beside them. */
export const print = (
  output: Output,
  { command, json: asJson, stage }: { command: string; json: boolean; stage?: string },
  { ok, lines, notes = [], json }: Outcome,
): void => {
  if (asJson) {
    const where = stage === undefined ? {} : { stage };
    output.write(`${printable(JSON.stringify({ command, ok, ...where, ...json }))}\n`);
    return;
  }
  output.write(block(lines));
  say(output, ...notes);
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
