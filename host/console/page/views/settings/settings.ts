/** Settings as they are read and searched. Pure. */
import type { Setting } from '../../api/answers.ts';

/** On one line; null: there is none. */
export const textOfValue = (value: unknown): string | null => {
  if (value === null || value === undefined || value === '') return null;
  return typeof value === 'string' ? value : JSON.stringify(value);
};

/** Those that hold every word, in their name, value or source. */
export const matching = (settings: readonly Setting[], search: string): readonly Setting[] => {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  return settings.filter(({ key, value, source }) => {
    const text = `${key} ${textOfValue(value) ?? ''} ${source}`.toLowerCase();
    return words.every((word) => text.includes(word));
  });
};
