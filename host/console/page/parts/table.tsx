/** Rows of one kind. On a narrow screen each row is a block, its cells named. */
import type { ComponentChildren } from 'preact';

export interface Column<Row> {
  name: string;
  cell(row: Row): ComponentChildren;
  /** `wide` takes what room there is; `number` stands at the right. */
  kind?: 'wide' | 'number';
}

export interface TableProps<Row> {
  /** For those who cannot see where it stands. */
  caption: string;
  columns: readonly Column<Row>[];
  rows: readonly Row[];
  keyOf(row: Row): string | number;
  /** Said in the place of no rows. */
  empty: ComponentChildren;
}

export const Table = <Row,>({ caption, columns, rows, keyOf, empty }: TableProps<Row>) => {
  if (rows.length === 0) return <p class="empty">{empty}</p>;
  return (
    <table class="table">
      <caption class="visually-hidden">{caption}</caption>
      <thead>
        <tr>
          {columns.map(({ name, kind }) => (
            <th key={name} scope="col" class={kind && `cell-${kind}`}>
              {name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={keyOf(row)}>
            {columns.map(({ name, cell, kind }) => (
              <td key={name} data-name={name} class={kind && `cell-${kind}`}>
                {cell(row)}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
};
