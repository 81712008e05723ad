/**
 * A list whose pages are followed by their cursors: for one that looks at so many entries a page and no more, where a
 * page may be short, or empty, and still go on. It stays as it is until somebody asks for the newest.
 */
import { useEffect, useState } from 'preact/hooks';
import { useSession } from '../session/session.ts';
import type { Page } from './answers.ts';
import { ask, type Failure, withQuery } from './ask.ts';
import type { Pages } from './use-pages.ts';

export interface Cursored<Item> extends Pages<Item> {
  busy: boolean;
  /** From the newest on. */
  refresh(): void;
}

interface Wanted {
  list: string;
  /** Null: the newest page. */
  cursor: string | null;
  /** The same page again is another request. */
  count: number;
}

interface Found<Item> {
  /** What it answers. */
  wanted: Wanted;
  items: readonly Item[] | null;
  next: string | null;
  failure: Failure | null;
}

const isSame = (left: Wanted, right: Wanted): boolean =>
  left.list === right.list && left.cursor === right.cursor && left.count === right.count;

export const useCursor = <Item>(path: string, query: Readonly<Record<string, string | null | undefined>>): Cursored<Item> => {
  const { onOver } = useSession();
  const list = withQuery(path, query);
  const [asked, setAsked] = useState<Wanted>({ list, cursor: null, count: 0 });
  const wanted = asked.list === list ? asked : { list, cursor: null, count: 0 };
  const [found, setFound] = useState<Found<Item> | null>(null);

  useEffect(() => {
    const stale = new AbortController();
    const { cursor } = wanted;
    void ask<Page<Item>>(withQuery(path, { ...query, cursor }), { signal: stale.signal }).then((result) => {
      if (stale.signal.aborted) return;
      if (!result.ok && result.failure.status === 401) return onOver();
      setFound((before) => {
        const shown = before?.wanted.list === list ? before : null;
        if (!result.ok) return { wanted, items: shown?.items ?? null, next: shown?.next ?? null, failure: result.failure };
        const { items, next_cursor } = result.value;
        return { wanted, items: cursor === null ? items : [...(shown?.items ?? []), ...items], next: next_cursor, failure: null };
      });
    });
    return () => stale.abort();
  }, [wanted.list, wanted.cursor, wanted.count]);

  const shown = found?.wanted.list === list ? found : null;
  const busy = shown === null || !isSame(shown.wanted, wanted);
  const next = shown?.next ?? null;
  return {
    items: shown?.items ?? null,
    failure: shown?.failure ?? null,
    busy,
    cut: false,
    more: next === null ? null : () => !busy && setAsked({ ...wanted, cursor: next }),
    again: () => setAsked({ ...wanted, count: wanted.count + 1 }),
    refresh: () => setAsked({ list, cursor: null, count: wanted.count + 1 }),
  };
};
