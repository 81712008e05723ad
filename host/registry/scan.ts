/** Reads the folders of `store/channels` or `store/connectors`: each becomes a source, whatever is wrong with it. */
import type { Dirent } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { CHANNEL_ID, type Manifest } from '../../schemas/manifest.ts';
import { AppError } from '../errors.ts';
import type { AdapterClass } from './adapter-class.ts';
import type { Builtins } from './builtins.ts';
import { digestOf } from './digest.ts';
import { inspectManifest, MANIFEST_FILE } from './inspect-manifest.ts';
import { type PluginKind, WORDS } from './kinds.ts';
import type { AdapterBundle, PluginSource, Problem } from './plugin-source.ts';
import { type Files, FOLDER_LIMITS, type FolderLimits, readFolder } from './read-folder.ts';
import { widens } from './widens.ts';

/** What the bundler says is wrong in an adapter's code. */
export interface CodeProblem {
  message: string;
  file: string | null;
  line: number | null;
  column: number | null;
  hint: string;
}

/** Makes one script of a folder's files. */
export type BundleFolder = (input: {
  files: Files;
  entry: string;
}) => Promise<{ ok: true; code: string; source_map: string | null } | { ok: false; problems: readonly CodeProblem[] }>;

export interface ScanDeps {
  builtins: Builtins;
  bundle: BundleFolder;
  limits?: FolderLimits;
  /** `channel` without it. */
  kind?: PluginKind;
}

type Adapter = Exclude<AdapterClass, { kind: 'invalid' }>;

const MAX_GUIDE_BYTES = 512 * 1024;

const MAX_PROBLEMS = 100;

/** What keeps the channel from running comes first. */
const inOrder = (problems: readonly Problem[]): Problem[] =>
  [...problems].sort((a, b) => (a.severity === b.severity ? 0 : a.severity === 'error' ? -1 : 1)).slice(0, MAX_PROBLEMS);

const hasErrors = (problems: readonly Problem[]): boolean => problems.some(({ severity }) => severity === 'error');

/** The channel's own guide, else the built-in plugin's. */
const guideOf = (manifest: Manifest, files: Files, fallback: string | null): string | null => {
  const bytes = manifest.setup_guide === undefined ? undefined : files.get(manifest.setup_guide.replace(/^\.\//, ''));
  return bytes === undefined ? fallback : new TextDecoder().decode(bytes.subarray(0, MAX_GUIDE_BYTES));
};

const codeProblem = (entry: string, { message, file, line, column, hint }: CodeProblem): Problem => ({
  severity: 'error',
  check: 'bundle',
  file: file ?? entry,
  pointer: '',
  line,
  message: column === null ? message : `${message} (column ${column})`,
  hint,
});

const bundleOf = async (adapter: Adapter, files: Files, deps: ScanDeps): Promise<{ bundle: AdapterBundle } | { problems: Problem[] }> => {
  if (adapter.kind === 'builtin') return { bundle: deps.builtins.get(adapter.builtin)?.bundle as AdapterBundle };
  try {
    const made = await deps.bundle({ files, entry: adapter.entry });
    if (!made.ok) return { problems: made.problems.map((each) => codeProblem(adapter.entry, each)) };
    return { bundle: { code: made.code, source_map: made.source_map } };
  } catch (error) {
    // One folder that the bundler cannot bear must not keep the others from running.
    const reason = error instanceof Error ? error.message : String(error);
    const hint = 'Look at the log, mend the code, and read the folder again.';
    return {
      problems: [codeProblem(adapter.entry, { message: `The bundler failed: ${reason}`, file: null, line: null, column: null, hint })],
    };
  }
};

const nothing = (kind: PluginKind, id: string, folder: string, problems: Problem[]): PluginSource => ({
  kind,
  id,
  folder,
  manifest: null,
  builtin: null,
  export_name: null,
  widens: true,
  problems: inOrder(problems),
  setup_guide: null,
  bundle: null,
  digest: null,
});

/** One folder, also outside a home. Never rejects for what it holds. */
export const scanPlugin = async (folder: string, deps: ScanDeps): Promise<PluginSource> => {
  const { kind = 'channel' } = deps;
  const id = basename(folder);
  const read = await readFolder(folder, deps.limits ?? FOLDER_LIMITS);
  if (!read.ok) {
    const problems = read.faults.map(
      ({ file, message, hint }): Problem => ({
        severity: 'error',
        check: 'folder',
        file: file || '.',
        pointer: '',
        line: null,
        message,
        hint,
      }),
    );
    return nothing(kind, id, folder, problems);
  }
  const { manifest, adapter, problems } = inspectManifest(id, read.files, deps.builtins, kind);
  if (manifest === null || adapter === null) return nothing(kind, id, folder, problems);
  const builtin = adapter.kind === 'builtin' ? deps.builtins.get(adapter.builtin) : undefined;
  const source: PluginSource = {
    ...nothing(kind, id, folder, problems),
    manifest,
    builtin: adapter.kind === 'builtin' ? adapter.builtin : null,
    export_name: adapter.export_name,
    widens: builtin === undefined || widens(manifest, builtin.manifest),
    setup_guide: guideOf(manifest, read.files, builtin?.setup_guide ?? null),
  };
  if (hasErrors(problems)) return source;
  const made = await bundleOf(adapter, read.files, deps);
  if ('problems' in made) return { ...source, problems: inOrder([...problems, ...made.problems]) };
  return { ...source, bundle: made.bundle, digest: digestOf(made.bundle.code, manifest) };
};

const listFolders = async (dir: string): Promise<Dirent[]> => {
  try {
    return await readdir(dir, { withFileTypes: true });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return [];
    throw new AppError(
      'CONFIG_INVALID',
      `${dir} cannot be read (${code}).`,
      'Give the user that runs the host the right to read this folder.',
      {
        cause: error,
      },
    );
  }
};

/** `lost+found` and the like are no plugins; a link may have been meant as one, and says why it is none. */
const isCandidate = (entry: Dirent): boolean =>
  (entry.isDirectory() || entry.isSymbolicLink()) && !entry.name.startsWith('.') && new RegExp(CHANNEL_ID).test(entry.name);

/** A folder whose name cannot be an id is shown too when it holds a manifest, so that a misspelt one does not just vanish. */
const isMisnamed = async (dir: string, entry: Dirent): Promise<boolean> =>
  entry.isDirectory() &&
  !entry.name.startsWith('.') &&
  (await readdir(join(dir, entry.name)).catch((): string[] => [])).includes(MANIFEST_FILE);

/** Sorted by id. Rejects only when the folder of folders cannot be read; a home without one has no plugins of this kind. */
export const scanPlugins = async ({ home, ...deps }: ScanDeps & { home: string }): Promise<PluginSource[]> => {
  const dir = join(home, WORDS[deps.kind ?? 'channel'].folders);
  const names: string[] = [];
  for (const entry of await listFolders(dir)) if (isCandidate(entry) || (await isMisnamed(dir, entry))) names.push(entry.name);
  const sources: PluginSource[] = [];
  // One after the other: each may hold 20 MB.
  for (const name of names.sort()) sources.push(await scanPlugin(join(dir, name), deps));
  return sources;
};

/** One folder by its name; null when there is none, or what is there is no plugin. */
export const scanOnePlugin = async ({ home, id, ...deps }: ScanDeps & { home: string; id: string }): Promise<PluginSource | null> => {
  const dir = join(home, WORDS[deps.kind ?? 'channel'].folders);
  const entry = (await listFolders(dir)).find(({ name }) => name === id);
  if (!entry || !(isCandidate(entry) || (await isMisnamed(dir, entry)))) return null;
  return scanPlugin(join(dir, id), deps);
};
