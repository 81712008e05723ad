/**
 * What becomes `dist/`: the host for plain `node`, the sandbox's bootstrap folder, the bundles of the
 * built-in plugins, the templates of new ones, and the pages. Run by `npm run build`.
 */
import { readdirSync } from 'node:fs';
import { chmod, copyFile, cp, mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { build } from 'esbuild';
import { buildPage } from './pages/build-page.ts';
import { buildBootstrap } from './sandbox/build-bootstrap.ts';
import { bundleBuiltin } from './sandbox/bundle.ts';
import { bundleSdk, SDK_FILE } from './sandbox/sdk-module.ts';

const root = path.resolve(import.meta.dirname, '..');
const dist = path.join(root, 'dist');

const buildHost = () =>
  build({
    absWorkingDir: root,
    entryPoints: {
      agentos: 'host/main.ts',
      index: 'host/index.ts',
      register: 'host/register.ts',
      sdk: 'plugins/sdk/index.ts',
      'sdk-testing': 'plugins/sdk/testing.ts',
      'jobs/verify-audit': 'host/jobs/verify-audit.ts',
    },
    outdir: dist,
    bundle: true,
    splitting: true,
    packages: 'external',
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    sourcemap: true,
    sourcesContent: false,
    logLevel: 'warning',
    banner: {},
  });

/** What the bundles of folder plugins hold in the place of `communicationos/sdk`. */
const buildSdk = async (): Promise<void> => {
  const file = path.join(dist, SDK_FILE);
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, await bundleSdk(path.join(root, 'plugins/sdk/index.ts')));
};

/** What a built-in plugin's class lies in. */
const ENTRIES = { channels: 'adapter.ts', connectors: 'connector.ts' } as const;

/** Each built-in plugin: its bundle, its manifest and its guide, as the registry reads them. */
const buildPlugin = async (kind: keyof typeof ENTRIES, id: string): Promise<void> => {
  const from = path.join(root, 'plugins', kind, id);
  const to = path.join(dist, 'plugins', kind, id);
  const result = await bundleBuiltin({
    entry: path.join(from, ENTRIES[kind]),
    roots: ['plugins', 'schemas', 'node_modules'].map((each) => path.join(root, each)),
  });
  if (!result.ok)
    throw new Error(`${id}: ${result.problems.map((problem) => `${problem.file}:${problem.line} ${problem.message}`).join('\n')}`);
  await mkdir(to, { recursive: true });
  await writeFile(path.join(to, 'adapter.js'), result.code);
  if (result.source_map) await writeFile(path.join(to, 'adapter.js.map'), result.source_map);
  await copyFile(path.join(from, 'manifest.json'), path.join(to, 'manifest.json'));
  await copyFile(path.join(from, 'README.md'), path.join(to, 'README.md'));
};

const PAGES = [
  { to: 'webchat', name: 'chat', folder: path.join(root, 'host/webchat/page'), assets_url: '/chat/assets/' },
  { to: 'console', name: 'console', folder: path.join(root, 'host/console/page'), assets_url: '/console/assets/' },
];

const builtins = (kind: keyof typeof ENTRIES): string[] => readdirSync(path.join(root, 'plugins', kind));

await rm(dist, { recursive: true, force: true });
await mkdir(dist, { recursive: true });
await Promise.all([
  buildHost(),
  buildSdk(),
  buildBootstrap(path.join(dist, 'sandbox')),
  ...PAGES.map(({ to, ...page }) => buildPage(page, path.join(dist, to))),
  cp(path.join(root, 'plugins/template'), path.join(dist, 'plugins/template'), { recursive: true }),
  ...builtins('channels').map((id) => buildPlugin('channels', id)),
  ...builtins('connectors').map((id) => buildPlugin('connectors', id)),
]);
await chmod(path.join(dist, 'agentos.js'), 0o755);
