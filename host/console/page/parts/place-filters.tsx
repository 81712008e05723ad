/** Narrows a list. What is chosen stands in the address: it is linked, reloaded, and undone with the back button. */

import type { Place } from '../place/place.ts';
import { goTo } from '../place/use-place.ts';
import { anyOf, Choice } from './field.tsx';
import { shown } from './foreign.tsx';

export interface Filter {
  /** Of the value in the address and in what the API is asked. */
  name: string;
  label: string;
  /** The words for not choosing. */
  any: string;
  values: readonly string[];
  /** Others that mean nothing any more once this one changes. */
  drops?: readonly string[];
}

/** An address may name a value that is not offered: it is shown as it stands there. */
const choicesOf = ({ any, values }: Filter, value: string) => [
  ...anyOf(any, values),
  ...(value === '' || values.includes(value) ? [] : [[value, shown(value)] as const]),
];

export const PlaceFilters = ({ place: { path, query }, filters }: { place: Place; filters: readonly Filter[] }) => {
  const choose = ({ name, drops = [] }: Filter, value: string) => {
    const dropped = Object.fromEntries(drops.map((other) => [other, null]));
    goTo(path, { ...query, ...dropped, [name]: value });
  };
  return (
    <search class="filters">
      {filters.map((filter) => {
        const value = query[filter.name] ?? '';
        return (
          <Choice
            key={filter.name}
            label={filter.label}
            value={value}
            onValue={(chosen) => choose(filter, chosen)}
            choices={choicesOf(filter, value)}
          />
        );
      })}
    </search>
  );
};
