/**
 * A checked document for the life of the process. Its objects lose their prototype: a channel may be
 * called `constructor`, and looking that up must not find what every object has.
 */
export const freezeDocument = <T>(value: T): T => {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return Object.freeze(value.map(freezeDocument)) as T;
  const copy: Record<string, unknown> = Object.create(null);
  for (const [key, each] of Object.entries(value)) copy[key] = freezeDocument(each);
  return Object.freeze(copy) as T;
};
