/**
 * The first wall: esbuild reads an adapter and its dependencies and prints them anew from their syntax tree, as one
 * script. An author's own bytes are never evaluated, and what the bundle may import is decided here.
 */
import { realpathSync } from 'node:fs';
import { basename, dirname, sep } from 'node:path';
import { type BuildOptions, build, type Message, type OnResolveArgs, type OnResolveResult, type Plugin } from 'esbuild';
import {
  extensionOf,
  isBuiltin,
  LOADERS,
  type Refusal,
  refuseBuiltin,
  refuseExtension,
  refuseMissing,
  refuseOutside,
  refuseSpecifier,
} from './bundle-refusals.ts';
import { createFolderResolver, type Files } from './folder-resolve.ts';
import { readSdkSource, SDK_NAME } from './sdk-module.ts';
import { PLUGIN_FILE } from './wire.ts';

export interface BundleProblem {
  message: string;
  /** Relative to the plugin folder; null when the problem has no place. */
  file: string | null;
  /** From 1. */
  line: number | null;
  /** From 1. */
  column: number | null;
  hint: string;
}

export type BundleResult = { ok: true; code: string; source_map: string } | { ok: false; problems: BundleProblem[] };

const FOLDER = 'plugin';
const SDK = 'sdk';

const OPTIONS = {
  bundle: true,
  write: false,
  outfile: PLUGIN_FILE,
  format: 'iife',
  globalName: '__plugin',
  platform: 'neutral',
  mainFields: ['module', 'main'],
  conditions: ['worker', 'import', 'default'],
  target: 'es2022',
  sourcemap: 'external',
  sourcesContent: false,
  legalComments: 'none',
  charset: 'utf8',
  logLevel: 'silent',
  tsconfigRaw: {},
  define: { 'process.env.NODE_ENV': '"production"' },
  // What cannot be followed at build time would be followed at run time, past this wall.
  supported: { 'dynamic-import': false, 'import-meta': false },
  logOverride: { 'unsupported-dynamic-import': 'error' },
} as const satisfies BuildOptions;

const refused = ({ message, hint }: Refusal): OnResolveResult => ({ errors: [{ text: message, detail: hint }] });
const importKind = (kind: OnResolveArgs['kind']) => (kind === 'require-call' || kind === 'require-resolve' ? 'require' : 'import');

const sdkPlugin: Plugin = {
  name: 'sdk',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^communicationos\// }, ({ path }) =>
      path === SDK_NAME ? { path, namespace: SDK, sideEffects: false } : refused(refuseMissing(path)),
    );
    onLoad({ filter: /.*/, namespace: SDK }, async () => ({ contents: await readSdkSource(), loader: 'js' }));
  },
};

const folderPlugin = (files: Files): Plugin => ({
  name: 'folder',
  setup({ onResolve, onLoad }) {
    const resolve = createFolderResolver(files);
    onResolve({ filter: /.*/ }, ({ path, importer, kind }) => {
      if (kind === 'entry-point') return files.has(path) ? { path, namespace: FOLDER } : refused(refuseMissing(path));
      const refusal = refuseSpecifier(path);
      if (refusal !== null) return refused(refusal);
      // A package of the folder may bear a builtin's name, as the npm package "events" does.
      const found = resolve(path.replace(/\/$/, ''), importer, importKind(kind));
      if ('found' in found) return { path: found.found, namespace: FOLDER };
      if (isBuiltin(path)) return refused(refuseBuiltin(path));
      return refused('outside' in found ? refuseOutside(path) : refuseMissing(path));
    });
    onLoad({ filter: /.*/, namespace: FOLDER }, ({ path }) => {
      const extension = extensionOf(path);
      const contents = files.get(path);
      if (extension === null || contents === undefined) return { errors: [asError(refuseExtension(path))] };
      return { contents, loader: LOADERS[extension] };
    });
  },
});

const asError = ({ message, hint }: Refusal) => ({ text: message, detail: hint });

const isUnder = (root: string, file: string): boolean => file.startsWith(root.endsWith(sep) ? root : root + sep);

const ASKED = Symbol('asked');

const diskPlugin = (roots: readonly string[]): Plugin => ({
  name: 'disk',
  setup(build) {
    build.onResolve({ filter: /.*/ }, async ({ path, importer, resolveDir, kind, pluginData }) => {
      if (kind === 'entry-point' || pluginData === ASKED) return undefined;
      const refusal = refuseSpecifier(path);
      if (refusal !== null) return refused(refusal);
      const found = await build.resolve(path, { importer, resolveDir, kind, pluginData: ASKED });
      if (found.errors.length > 0 || found.external) return refused(isBuiltin(path) ? refuseBuiltin(path) : refuseMissing(path));
      return { path: found.path };
    });
    build.onLoad({ filter: /.*/, namespace: 'file' }, ({ path }) => {
      if (!roots.some((root) => isUnder(root, realpathSync(path)))) return { errors: [asError(refuseOutside(path))] };
      const extension = extensionOf(path);
      return extension === null ? { errors: [asError(refuseExtension(path))] } : undefined;
    });
  },
});

const HINTS: Record<string, string> = {
  'unsupported-dynamic-import': 'Import by a fixed name, so that the file becomes part of the bundle.',
};

const hintOf = ({ id, text, detail }: Message): string => {
  if (typeof detail === 'string') return detail;
  if (text.includes(`${SDK}:${SDK_NAME}`))
    return 'When it is a type, import it with "import type"; else look the name up in docs/plugin-guide.md.';
  return HINTS[id] ?? 'Mend the file at this place and read the folder again.';
};

const asProblem = (problem: Message): BundleProblem => ({
  message: problem.text,
  file: problem.location?.file.replace(`${FOLDER}:`, '') ?? null,
  line: problem.location?.line ?? null,
  column: problem.location === null ? null : problem.location.column + 1,
  hint: hintOf(problem),
});

const isBuildFailure = (error: unknown): error is { errors: Message[] } => Array.isArray((error as { errors?: unknown } | null)?.errors);

const run = async (options: BuildOptions): Promise<BundleResult> => {
  try {
    const { outputFiles = [] } = await build({ ...OPTIONS, ...options });
    const code = outputFiles.find(({ path }) => path.endsWith('.js'))?.text ?? '';
    const source_map = outputFiles.find(({ path }) => path.endsWith('.map'))?.text ?? '';
    return { ok: true, code, source_map };
  } catch (error) {
    if (!isBuildFailure(error)) throw error;
    return { ok: false, problems: error.errors.map(asProblem) };
  }
};

/** Bundles a plugin folder from bytes that were read once: relative POSIX paths, its `node_modules` among them. */
export const bundleFolder = ({ files, entry }: { files: Files; entry: string }): Promise<BundleResult> =>
  run({ entryPoints: [entry.replace(/^\.\//, '')], absWorkingDir: '/', plugins: [sdkPlugin, folderPlugin(files)] });

/** Bundles a built-in plugin from disk. Only files whose real path lies under one of `roots` can be part of it. */
export const bundleBuiltin = ({ entry, roots }: { entry: string; roots: readonly string[] }): Promise<BundleResult> => {
  const real = roots.map((root) => realpathSync(root));
  const folder = dirname(realpathSync(entry));
  return run({
    entryPoints: [`./${basename(entry)}`],
    absWorkingDir: folder,
    plugins: [sdkPlugin, diskPlugin(real)],
  });
};
