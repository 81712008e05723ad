/** The plugins that come with the host, as the build left them: one folder each, already bundled. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { compile } from '../../schemas/compile.ts';
import { ConnectorManifest } from '../../schemas/connector-manifest.ts';
import { Manifest } from '../../schemas/manifest.ts';
import { AppError } from '../errors.ts';
import { BUILTIN_NAMES } from './builtin-names.ts';
import type { PluginKind } from './kinds.ts';
import type { AdapterBundle } from './plugin-source.ts';

export interface Builtin {
  /** The plugin's own manifest; it alone may name environment variables. */
  manifest: Manifest;
  bundle: AdapterBundle;
  export_name: string;
  setup_guide: string | null;
}

/** By the plugin's id. */
export type Builtins = ReadonlyMap<string, Builtin>;

const CHECKS = { channel: compile(Manifest), connector: compile(ConnectorManifest) } as const;

const broken = (path: string, what: string): AppError =>
  new AppError('INTERNAL', `The installation is damaged: ${path} ${what}.`, 'Install CommunicationOS again, or build it: npm run build');

const readOptional = async (path: string): Promise<string | null> => {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
};

const readNeeded = async (path: string): Promise<string> => {
  const text = await readOptional(path);
  if (text === null) throw broken(path, 'is missing');
  return text;
};

const parseManifest = (kind: PluginKind, path: string, text: string): Manifest => {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw broken(path, 'is no JSON');
  }
  const checked = CHECKS[kind](value);
  if (!checked.ok) throw broken(path, `${checked.errors[0]?.pointer} ${checked.errors[0]?.message}`);
  return checked.value as Manifest;
};

const loadBuiltin = async (kind: PluginKind, dir: string, export_name: string): Promise<Builtin> => {
  const path = join(dir, 'manifest.json');
  const [text, code, source_map, setup_guide] = await Promise.all([
    readNeeded(path),
    readNeeded(join(dir, 'adapter.js')),
    readOptional(join(dir, 'adapter.js.map')),
    readOptional(join(dir, 'README.md')),
  ]);
  return { manifest: parseManifest(kind, path, text), bundle: { code, source_map }, export_name, setup_guide };
};

/** Reads `<dir>/<id>/{manifest.json, adapter.js, adapter.js.map, README.md}`; the last two may be missing. Throws when the installation is damaged. */
export const loadBuiltins = async (dir: string, kind: PluginKind = 'channel'): Promise<Builtins> => {
  const loaded = Object.entries(BUILTIN_NAMES[kind]).map(
    async ([export_name, id]) => [id, await loadBuiltin(kind, join(dir, id), export_name)] as const,
  );
  return new Map(await Promise.all(loaded));
};
