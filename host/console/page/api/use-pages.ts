/** A list of the API, page after page. It is asked for as one page as long as what is shown. */
import { useState } from 'preact/hooks';
import type { Page } from './answers.ts';
import { withQuery } from './ask.ts';
import { type Asked, type AskedOptions, useAsked } from './use-asked.ts';

export interface Pages<Item> extends Omit<Asked<Page<Item>>, 'value'> {
  /** Null before the first answer. */
  items: readonly Item[] | null;
  /** Shows more of them; null when there are none, or too many for one page. */
  more: (() => void) | null;
  /** There are more than the page can show. */
  cut: boolean;
}

const STEP = 50;
/** `limit` of the API. */
const MOST = 500;

export const usePages = <Item>(
  path: string,
  query: Readonly<Record<string, string | null | undefined>> = {},
  options: AskedOptions = {},
): Pages<Item> => {
  const list = withQuery(path, query);
  const [shown, setShown] = useState({ list, limit: STEP, last: null as readonly Item[] | null });
  const limit = shown.list === list ? shown.limit : STEP;
  const { value, failure, again } = useAsked<Page<Item>>(withQuery(path, { ...query, limit }), options);
  // While the longer page is on its way, the shorter one stays.
  const items = value?.items ?? (shown.list === list ? shown.last : null);
  const hasMore = value !== null && value.next_cursor !== null;
  return {
    items,
    failure,
    again,
    more: hasMore && limit < MOST ? () => setShown({ list, limit: Math.min(limit * 2, MOST), last: items }) : null,
    cut: hasMore && limit >= MOST,
  };
};
