/** What the trail is asked for: the address of the view and the API name it alike. Pure. */
import { fromLocal, toLocal } from '../../parts/local-time.ts';

export const WORDS = ['action', 'actor', 'subject', 'channel_id', 'person_id'] as const;
export const TIMES = ['from', 'to'] as const;

export type Filters = Readonly<Partial<Record<(typeof WORDS)[number] | (typeof TIMES)[number], string>>>;

/** Of what an address holds, what is a filter. */
export const filtersOf = (query: Readonly<Record<string, string>>): Filters =>
  Object.fromEntries([...WORDS, ...TIMES].filter((name) => Boolean(query[name])).map((name) => [name, query[name]]));

/** As the fields of the form hold them. */
export const toFields = (filters: Filters): Filters => ({ ...filters, from: toLocal(filters.from), to: toLocal(filters.to) });

export const fromFields = (fields: Filters): Filters =>
  filtersOf({
    ...Object.fromEntries(WORDS.map((name) => [name, fields[name]?.trim() ?? ''])),
    from: fromLocal(fields.from ?? '') ?? '',
    to: fromLocal(fields.to ?? '') ?? '',
  });
