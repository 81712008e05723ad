/**
 * Many rows in one statement: an array of arrays, taken apart by `jsonb_each`, which gives its elements in
 * order. Measured for a row of 23 columns inside one transaction: 21 µs; `json_each`, which reads each
 * element's text anew for every column, 47 µs; bound parameters (`VALUES (?, …), …`) 36 µs, most of it
 * the driver's; one statement per row more than 100 µs, for the hops to the driver's thread pool.
 */

/** `SELECT value->>0 AS a, value->>1 AS b, … FROM jsonb_each(?)`, for rows made by `tuples`. */
export const rowsFrom = (columns: readonly string[]): string =>
  `SELECT ${columns.map((column, index) => `value->>${index} AS ${column}`).join(', ')} FROM jsonb_each(?)`;

/** The parameter that fits `rowsFrom(columns)`: one JSON text. */
export const tuples = <Row extends object>(columns: readonly (keyof Row & string)[], rows: readonly Row[]): string =>
  JSON.stringify(rows.map((row) => columns.map((column) => row[column] ?? null)));

/** Changes in rounds that each name a row once: `UPDATE … FROM` takes any one of several rows that match. */
export const inRounds = <Change extends { id: string }>(changes: readonly Change[]): Change[][] => {
  const rounds: Change[][] = [];
  const named = new Map<string, number>();
  for (const change of changes) {
    const round = named.get(change.id) ?? 0;
    named.set(change.id, round + 1);
    (rounds[round] ??= []).push(change);
  }
  return rounds;
};
