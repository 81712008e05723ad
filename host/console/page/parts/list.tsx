/** A list of the API as a table: while it loads, when it fails, and the way to more of it. */
import type { Pages } from '../api/use-pages.ts';
import { FailureNote } from './failure-note.tsx';
import { Table, type TableProps } from './table.tsx';

export const List = <Row,>({ pages, ...table }: { pages: Pages<Row> } & Omit<TableProps<Row>, 'rows'>) => {
  const { items, failure, again, more, cut } = pages;
  return (
    <>
      <FailureNote failure={failure} onAgain={again} />
      {items === null && failure === null && <p class="empty">Loading…</p>}
      {items !== null && <Table {...table} rows={items} />}
      {more && (
        <button type="button" class="button more" onClick={more}>
          Show more
        </button>
      )}
      {cut && <p class="empty">There are more than this page shows. Narrow it down, or use the API.</p>}
    </>
  );
};
