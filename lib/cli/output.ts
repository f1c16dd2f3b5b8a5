/**
 * What a command has to say. `lines` are its result, `notes` what a human should know or do next (never mixed into
 * a result that goes to a file), `json` the same for a program.
 */
export type Outcome = {
  ok: boolean;
  lines: readonly string[];
  notes?: readonly string[];
  json: Readonly<Record<string, unknown>>;
};

export type Print = (outcome: Outcome) => void;

const block = (lines: readonly string[]): string => lines.map((line) => `${line}\n`).join('');

/** One JSON object on standard output, or lines there and notes on standard error. */
export const printer =
  (command: string, asJson: boolean): Print =>
  ({ ok, lines, notes = [], json }) => {
    if (asJson) {
      process.stdout.write(`${JSON.stringify({ command, ok, ...json })}\n`);
      return;
    }
    process.stdout.write(block(lines));
    process.stderr.write(block(notes));
  };

/** Columns as wide as their widest cell. */
export const table = (rows: readonly (readonly string[])[]): string[] => {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
};
