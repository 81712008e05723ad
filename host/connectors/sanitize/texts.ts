/** Walks over JSON: every text of it, with the name of the field that holds it. */

/** A copy; numbers, structure and order stay as they are. `name` is null outside objects and is handed on to the items of a list. */
export const mapTexts = (
  value: unknown,
  map: (leaf: string | number, name: string | null) => string | number,
  mapName: (name: string) => string = (name) => name,
  name: string | null = null,
): unknown => {
  if (typeof value === 'string' || typeof value === 'number') return map(value, name);
  if (Array.isArray(value)) return value.map((item) => mapTexts(item, map, mapName, name));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [mapName(key), mapTexts(item, map, mapName, key)]));
};

/** How deep lists and objects nest; stops looking beyond `most`. No recursion: the depth is a stranger's. */
export const nestsDeeperThan = (value: unknown, most: number): boolean => {
  const waiting: { value: unknown; depth: number }[] = [{ value, depth: 1 }];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (typeof next.value !== 'object' || next.value === null) continue;
    if (next.depth > most) return true;
    for (const child of Object.values(next.value)) waiting.push({ value: child, depth: next.depth + 1 });
  }
  return false;
};
