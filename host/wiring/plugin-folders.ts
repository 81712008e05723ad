/** The plugin folders of one kind and the approved generations that are kept beside them, as the registry sees them. */
import path from 'node:path';
import type { Config } from '../config.ts';
import type { Clock } from '../lib/clock.ts';
import { type Builtins, loadBuiltins } from '../registry/builtins.ts';
import { keptSource } from '../registry/kept-source.ts';
import { type PluginKind, WORDS } from '../registry/kinds.ts';
import { isOwnFolder } from '../registry/own-folder.ts';
import { contestedVariables } from '../registry/plugin-config.ts';
import type { PluginRegistryDeps } from '../registry/plugin-registry.ts';
import type { PluginSource } from '../registry/plugin-source.ts';
import { type ScanDeps, scanOnePlugin, scanPlugins } from '../registry/scan.ts';
import type { Runner } from '../registry/serving.ts';
import { createFolderWatch, type FolderWatch } from '../registry/watch.ts';
import { bundleFolder } from '../sandbox/bundle.ts';
import type { PluginBundles } from './plugin-bundles.ts';

export interface PluginFoldersDeps {
  kind: PluginKind;
  bundles: PluginBundles;
  config: Config;
  clock: Clock;
  dist_dir: string;
  /** Development: the own folders need no new approval while they ask for no more. */
  reload: boolean;
  on_error(error: unknown, what: string): void;
}

export const createPluginFolders = ({ kind, bundles, config, clock, dist_dir, reload, on_error }: PluginFoldersDeps) => {
  const { home } = config;
  /** The folders as they were seen last, and the kept generations that were needed beside them. */
  const sources = new Map<string, PluginSource>();
  const approved = new Map<string, PluginSource>();
  let contested: ReadonlySet<string> = new Set();
  /** What the look ahead found, kept for the first scan. */
  let looked: PluginSource[] | null = null;
  let builtins: Builtins | null = null;

  const scanning = async (): Promise<ScanDeps> => {
    builtins ??= await loadBuiltins(path.join(dist_dir, `plugins/${kind}s`), kind);
    return { builtins, bundle: bundleFolder, kind };
  };

  /** What two plugins could both read, neither does: the folders as they are, and what was approved of them before. */
  const noteContested = (): void => {
    contested = contestedVariables([...sources.values(), ...approved.values()]);
  };

  const look = async (): Promise<PluginSource[]> => {
    const found = await scanPlugins({ home, ...(await scanning()) });
    sources.clear();
    for (const source of found) sources.set(source.id, source);
    noteContested();
    return found;
  };

  const forTheRegistry = {
    async scan() {
      const found = looked ?? (await look());
      looked = null;
      return found;
    },
    async scanOne(id) {
      const source = await scanOnePlugin({ home, id, ...(await scanning()) });
      if (source) sources.set(id, source);
      else sources.delete(id);
      noteContested();
      return source;
    },
    async ownFolder(source) {
      return reload && (await isOwnFolder(source.folder));
    },
    async kept({ id, folder }, digest) {
      const found = await keptSource({ kind, kept: bundles, builtins: (await scanning()).builtins, id, folder, digest });
      if ('source' in found) approved.set(id, found.source);
      noteContested();
      return found;
    },
    async keep({ digest, manifest, bundle }) {
      if (digest !== null && manifest !== null && bundle !== null) await bundles.keep(digest, { manifest, code: bundle.code });
    },
    prune: bundles.prune,
  } satisfies Partial<PluginRegistryDeps<Runner>>;

  return {
    forTheRegistry,
    /** Variables that more than one plugin would read. */
    contested: (): ReadonlySet<string> => contested,
    /** A folder has gone, and what was kept of it asks for nothing meanwhile. */
    forget(id: string): void {
      approved.delete(id);
      noteContested();
    },
    /** Reads the folders without starting anything; the first scan takes what was found. */
    async lookAhead(): Promise<readonly PluginSource[]> {
      looked = await look();
      return looked;
    },
    /** From now on `on_change` gets the names of folders that may have changed. */
    watch: (on_change: (ids: readonly string[]) => void): Promise<FolderWatch> =>
      createFolderWatch({ clock, on_error }, path.join(home, WORDS[kind].folders), on_change),
  };
};
