/** The `exports` and `imports` of a package.json (https://nodejs.org/api/packages.html#package-entry-points). */

/** Null when nothing matches or a target is forbidden; else a path that begins with "./", or, of `imports`, a package's name. */
export const resolveEntries = (entries: unknown, subpath: string, conditions: ReadonlySet<string>): string | null => {
  const map = asMap(entries, subpath);
  if (map === null) return null;
  const exact = Object.hasOwn(map, subpath) ? map[subpath] : undefined;
  if (exact !== undefined && !subpath.includes('*')) return resolveTarget(exact, null, conditions);
  const best = Object.keys(map)
    .filter((key) => matches(key, subpath))
    .sort((one, other) => baseLength(other) - baseLength(one) || other.length - one.length)[0];
  if (best === undefined) return null;
  const [before, after] = best.split('*') as [string, string];
  return resolveTarget(map[best], subpath.slice(before.length, subpath.length - after.length), conditions);
};

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);

/** `exports` may also be the target of "." alone: a text, a list, or conditions. */
const asMap = (entries: unknown, subpath: string): Record<string, unknown> | null => {
  const isSubpaths = isObject(entries) && Object.keys(entries).every((key) => key.startsWith('.') || key.startsWith('#'));
  if (isSubpaths) return entries;
  return subpath === '.' && entries !== undefined && entries !== null ? { '.': entries } : null;
};

const baseLength = (key: string) => key.indexOf('*');

const matches = (key: string, subpath: string): boolean => {
  const [before, after, more] = key.split('*');
  if (before === undefined || after === undefined || more !== undefined) return false;
  return subpath.length >= before.length + after.length && subpath.startsWith(before) && subpath.endsWith(after);
};

const resolveTarget = (target: unknown, star: string | null, conditions: ReadonlySet<string>): string | null => {
  if (typeof target === 'string') return star === null ? target : target.replaceAll('*', star);
  if (Array.isArray(target)) {
    for (const one of target) {
      const found = resolveTarget(one, star, conditions);
      if (found !== null) return found;
    }
    return null;
  }
  if (!isObject(target)) return null;
  for (const [condition, one] of Object.entries(target)) {
    if (condition !== 'default' && !conditions.has(condition)) continue;
    const found = resolveTarget(one, star, conditions);
    if (found !== null) return found;
  }
  return null;
};
