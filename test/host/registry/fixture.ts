/** Homes in temporary folders, and the built-in plugins' real manifests with short stand-ins for their code. */
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach } from 'vitest';
import { BUILTIN_ADAPTERS } from '../../../host/registry/builtin-names.ts';
import type { Builtin, Builtins } from '../../../host/registry/builtins.ts';
import type { PluginSource, Problem } from '../../../host/registry/plugin-source.ts';
import { type BundleFolder, scanPlugins } from '../../../host/registry/scan.ts';
import type { Manifest } from '../../../schemas/manifest.ts';

const readOwn = (id: string, file: string): string =>
  readFileSync(new URL(`../../../plugins/channels/${id}/${file}`, import.meta.url), 'utf8');

const builtin = (id: string, export_name: string): Builtin => ({
  manifest: JSON.parse(readOwn(id, 'manifest.json')) as Manifest,
  bundle: { code: `/* ${id} */`, source_map: null },
  export_name,
  setup_guide: readOwn(id, 'README.md'),
});

export const BUILTINS: Builtins = new Map(Object.entries(BUILTIN_ADAPTERS).map(([name, id]) => [id, builtin(id, name)]));

export const ownManifest = (id: string): Manifest => structuredClone(BUILTINS.get(id)?.manifest as Manifest);

const homes: string[] = [];
afterEach(() => {
  for (const home of homes.splice(0)) rmSync(home, { recursive: true, force: true });
});

/** A folder of an unusual umask must not decide a test. */
export const write = (path: string, content: string | Uint8Array): void => {
  mkdirSync(dirname(path), { recursive: true, mode: 0o755 });
  writeFileSync(path, content);
  chmodSync(path, 0o644);
};

export type Folders = Record<string, Record<string, string | Uint8Array | object>>;

/** `{my_channel: {'manifest.json': {…}}}`; an object is written as JSON. */
export const createHome = (channels: Folders = {}): string => {
  const home = mkdtempSync(join(tmpdir(), 'agentos-registry-'));
  homes.push(home);
  for (const [id, files] of Object.entries(channels)) {
    for (const [file, content] of Object.entries(files)) {
      const raw = typeof content === 'string' || content instanceof Uint8Array ? content : JSON.stringify(content, null, 2);
      write(join(home, 'store', 'channels', id, file), raw);
    }
  }
  return home;
};

export const channelFolder = (home: string, id: string): string => join(home, 'store', 'channels', id);

/** The bundle is the entry's own text. */
export const bundleAsIs: BundleFolder = async ({ files, entry }) => ({
  ok: true,
  code: new TextDecoder().decode(files.get(entry)),
  source_map: null,
});

export const scan = (home: string): Promise<PluginSource[]> => scanPlugins({ home, builtins: BUILTINS, bundle: bundleAsIs });

export const scanOne = async (files: Folders[string], id = 'my_channel'): Promise<PluginSource> => {
  const [source] = await scan(createHome({ [id]: files }));
  return source as PluginSource;
};

export const errorsOf = ({ problems }: PluginSource): Problem[] => problems.filter(({ severity }) => severity === 'error');
export const warningsOf = ({ problems }: PluginSource): Problem[] => problems.filter(({ severity }) => severity === 'warning');

/** A valid manifest of code in the folder, as lines, so that a test can count them. */
export const FOLDER_MANIFEST = {
  id: 'my_channel',
  name: 'Mine',
  version: '1.0.0',
  adapter_class: './adapter.ts#MyAdapter',
  capabilities: ['text'],
  webhook_url: '/webhooks/mine',
  webhook: { verify: { scheme: 'hmac', secret: 'signing_key' }, event_id: [['/id']] },
  configuration_schema: {
    signing_key: { type: 'string', required: true, secret: true },
    token: { type: 'string', required: true, secret: true },
    api_base_url: { type: 'string', format: 'uri', default: 'https://api.example.com' },
  },
  permissions: {
    network: [{ url: '{config.api_base_url}', credentials: [{ secret: 'token', at: 'header:authorization', form: 'Bearer {}' }] }],
  },
  setup_guide: 'README.md',
} as const;

export const FOLDER_FILES = { 'adapter.ts': 'export class MyAdapter {}', 'README.md': '# Mine' } as const;

/** The valid folder with some keys of its manifest replaced; `undefined` leaves one out. */
export const folderWith = (changes: Record<string, unknown>): Folders[string] => ({
  ...FOLDER_FILES,
  'manifest.json': { ...FOLDER_MANIFEST, ...changes },
});
