/**
 * Finds what an import means inside a folder whose bytes are already read: Node's and TypeScript's rules over a map
 * of files. Nothing outside the map exists, so nothing outside it can be reached.
 */
import { posix } from 'node:path';
import { resolveEntries } from './package-exports.ts';

export type Files = ReadonlyMap<string, Uint8Array>;

/** `import` and `require` see other conditions of the same package. */
export type ImportKind = 'import' | 'require';

export type Resolved = { found: string } | { missing: true } | { outside: true };

/** `./x.js` may be written for `x.ts`, as TypeScript's own rules have it. */
const WRITTEN_FOR: Record<string, string> = { '.js': '.ts', '.mjs': '.mts', '.cjs': '.cts' };
const TRIED = ['', '.ts', '.mts', '.cts', '.js', '.mjs', '.cjs', '.json'];
const MAIN_FIELDS = ['module', 'main'];
const CONDITIONS: Record<ImportKind, ReadonlySet<string>> = {
  import: new Set(['worker', 'import', 'module']),
  require: new Set(['worker', 'require', 'module']),
};
const MISSING: Resolved = { missing: true };

type PackageJson = { exports?: unknown; imports?: unknown; name?: unknown; [field: string]: unknown };

export const createFolderResolver = (files: Files) => {
  const packages = new Map<string, PackageJson | null>();

  const packageJson = (dir: string): PackageJson | null => {
    const path = posix.join(dir, 'package.json');
    let parsed = packages.get(path);
    if (parsed === undefined) {
      parsed = readJson(files.get(path));
      packages.set(path, parsed);
    }
    return parsed;
  };
  const asFile = (path: string): string | null => {
    for (const extension of TRIED) if (files.has(path + extension)) return path + extension;
    const extension = posix.extname(path);
    const typed = path.slice(0, path.length - extension.length) + (WRITTEN_FOR[extension] ?? extension);
    return files.has(typed) ? typed : null;
  };
  const asFolder = (path: string): string | null => {
    const manifest = packageJson(path);
    for (const field of MAIN_FIELDS) {
      const main = manifest?.[field];
      if (typeof main !== 'string') continue;
      const target = posix.join(path, main);
      const found = asFile(target) ?? asFile(posix.join(target, 'index'));
      if (found !== null) return found;
    }
    return asFile(posix.join(path, 'index'));
  };
  const asPath = (path: string): Resolved => {
    if (path === '..' || path.startsWith('../')) return { outside: true };
    const found = asFile(path) ?? asFolder(path);
    return found === null ? MISSING : { found };
  };
  /** A target of `exports`: an exact file of its package, no guessing of endings. */
  const asTarget = (dir: string, target: string | null): Resolved => {
    if (target === null || !target.startsWith('./')) return MISSING;
    const path = posix.join(dir, target);
    return path.startsWith(`${dir}/`) && files.has(path) ? { found: path } : MISSING;
  };
  const inPackage = (dir: string, subpath: string, kind: ImportKind): Resolved => {
    const manifest = packageJson(dir);
    if (manifest?.exports !== undefined && manifest.exports !== null) {
      return asTarget(dir, resolveEntries(manifest.exports, subpath, CONDITIONS[kind]));
    }
    return asPath(posix.join(dir, subpath));
  };
  const bare = (specifier: string, from: string, kind: ImportKind): Resolved => {
    const { name, subpath } = splitSpecifier(specifier);
    for (const dir of ancestors(from)) {
      if (posix.basename(dir) === 'node_modules') continue;
      const found = inPackage(posix.join(dir, 'node_modules', name), subpath, kind);
      if ('found' in found) return found;
    }
    return MISSING;
  };
  /** `#name` of the nearest package.json. */
  const internal = (specifier: string, from: string, kind: ImportKind): Resolved => {
    for (const dir of ancestors(from)) {
      const manifest = packageJson(dir);
      if (manifest === null) continue;
      const target = resolveEntries(manifest.imports, specifier, CONDITIONS[kind]);
      if (target === null) return MISSING;
      return target.startsWith('./') ? asPath(posix.join(dir, target)) : bare(target, from, kind);
    }
    return MISSING;
  };

  /** `importer` is a path of the map. */
  return (specifier: string, importer: string, kind: ImportKind): Resolved => {
    const from = posix.dirname(importer);
    if (/^\.\.?(\/|$)/.test(specifier)) return asPath(posix.join(from, specifier));
    return specifier.startsWith('#') ? internal(specifier, from, kind) : bare(specifier, from, kind);
  };
};

const readJson = (bytes: Uint8Array | undefined): PackageJson | null => {
  if (bytes === undefined) return null;
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(bytes));
    return typeof value === 'object' && value !== null ? (value as PackageJson) : null;
  } catch {
    return null;
  }
};

const splitSpecifier = (specifier: string): { name: string; subpath: string } => {
  const parts = specifier.split('/');
  const length = specifier.startsWith('@') ? 2 : 1;
  const rest = parts.slice(length).join('/');
  return { name: parts.slice(0, length).join('/'), subpath: rest === '' ? '.' : `./${rest}` };
};

/** A folder, the one above, … up to the root of the map. */
const ancestors = (dir: string): string[] => {
  const all = [dir];
  for (let at = dir; at !== '.' && at !== ''; at = posix.dirname(at)) all.push(posix.dirname(at));
  return all;
};
