/** What a person reads on a terminal, and what a program reads with `--json`. */
import { AppError } from '../errors.ts';
import { onOneLine } from '../lib/unseen.ts';
import type { CliContext, CommonOptions } from './context.ts';

type Output = CliContext['stdout'];

export const printJson = (out: Output, value: unknown): void => void out.write(`${JSON.stringify(value, null, 2)}\n`);

/** Control characters of a foreign text must not drive the terminal, and bidirectional ones not turn what a person approves. */
export const plain = (value: unknown): string =>
  onOneLine(value === null || value === undefined ? '-' : typeof value === 'object' ? JSON.stringify(value) : String(value));

/** A table with a heading; the last column takes what room it needs. */
export const printTable = (out: Output, columns: readonly string[], rows: readonly (readonly unknown[])[]): void => {
  if (rows.length === 0) return void out.write('none\n');
  const cells = [columns.map((column) => column.toUpperCase()), ...rows.map((row) => row.map(plain))];
  const widths = columns.map((_, index) => Math.max(...cells.map((row) => (row[index] ?? '').length)));
  for (const row of cells)
    out.write(
      `${row
        .map((cell, index) => (index === row.length - 1 ? cell : cell.padEnd(widths[index] ?? 0)))
        .join('  ')
        .trimEnd()}\n`,
    );
};

export const printFields = (out: Output, fields: readonly (readonly [string, unknown])[]): void => {
  const width = Math.max(...fields.map(([name]) => name.length));
  for (const [name, value] of fields) out.write(`${name.padEnd(width)}  ${plain(value)}\n`);
};

/** Either the JSON as it came, or the human form. */
export const show = <Value>(out: Output, options: CommonOptions, value: Value, human: (value: Value) => void): void =>
  options.json ? printJson(out, value) : human(value);

export const printFailure = (err: CliContext['stderr'], error: unknown): void => {
  if (error instanceof AppError) {
    err.write(`${error.code}: ${error.message}\n`);
    if (error.hint) err.write(`${error.hint}\n`);
    return;
  }
  err.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
};
