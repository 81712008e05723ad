/** A kept generation as a source of its own: what was approved, whatever lies in the folder now. */
import { type BuiltinNames, parseAdapterClass } from './adapter-class.ts';
import type { Builtins } from './builtins.ts';
import type { KeptBundles } from './kept-bundles.ts';
import type { PluginKind } from './kinds.ts';
import type { PluginSource, Problem } from './plugin-source.ts';
import { widens } from './widens.ts';

export interface KeptSourceInput {
  kind: PluginKind;
  kept: Pick<KeptBundles, 'read'>;
  builtins: Builtins;
  id: string;
  folder: string;
  digest: string;
}

const problem = (message: string, hint: string): { problem: Problem } => ({
  problem: { severity: 'error', check: 'kept_bundle', file: 'manifest.json', pointer: '', line: null, message, hint },
});

export const keptSource = async ({
  kind,
  kept,
  builtins,
  id,
  folder,
  digest,
}: KeptSourceInput): Promise<{ source: PluginSource } | { problem: Problem }> => {
  const read = await kept.read(digest);
  if (!read.ok) return problem(read.message, read.hint);
  const { manifest, code } = read.kept;
  const names: BuiltinNames = new Map([...builtins].map(([name, { export_name }]) => [name, export_name]));
  const adapter = parseAdapterClass(manifest.adapter_class, names);
  const own = adapter.kind === 'builtin' ? builtins.get(adapter.builtin) : undefined;
  if (manifest.id !== id || adapter.kind === 'invalid' || (adapter.kind === 'builtin' && !own))
    return problem(`What was approved as ${digest} does not fit this host any more.`, 'Approve what is in the folder.');
  return {
    source: {
      kind,
      id,
      folder,
      manifest,
      builtin: adapter.kind === 'builtin' ? adapter.builtin : null,
      export_name: adapter.export_name,
      widens: own === undefined || widens(manifest, own.manifest),
      problems: [],
      setup_guide: null,
      // The map of the source is no part of what was approved.
      bundle: { code, source_map: null },
      digest,
    },
  };
};
