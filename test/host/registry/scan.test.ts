import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type BundleFolder, scanPlugin, scanPlugins } from '../../../host/registry/scan.ts';
import { bundleFolder } from '../../../host/sandbox/bundle.ts';
import { BUILTINS, bundleAsIs, channelFolder, createHome, errorsOf, FOLDER_FILES, folderWith, scan, scanOne, write } from './fixture.ts';

describe('which folders are channels', () => {
  it('a home without any, or without the folder for them, has none', async () => {
    expect(await scan(createHome())).toEqual([]);
    const home = createHome();
    mkdirSync(join(home, 'store/channels'), { recursive: true });
    expect(await scan(home)).toEqual([]);
  });

  it('sorted by id; files, hidden folders and folders that are plainly something else are none', async () => {
    const home = createHome({
      zz_last: { 'manifest.json': '{}' },
      aa_first: { 'manifest.json': '{}' },
      'lost+found': { x: '' },
      '.git': { 'manifest.json': '{}' },
    });
    write(join(home, 'store/channels/README.md'), '# Channels');
    expect((await scan(home)).map(({ id }) => id)).toEqual(['aa_first', 'zz_last']);
  });

  it('a folder whose name cannot be an id, with a manifest, is shown with the reason', async () => {
    const source = await scanOne(folderWith({ id: 'my_channel' }), 'My-Channel');
    expect(errorsOf(source)).toMatchObject([{ check: 'id', hint: expect.stringContaining('rename the folder to my_channel') }]);
  });

  it('a folder without a manifest is shown, with the file that was probably meant', async () => {
    expect(errorsOf(await scanOne({ 'Manifest.json': '{}' }))).toMatchObject([
      { check: 'folder', hint: 'Rename Manifest.json to manifest.json.' },
    ]);
    expect(errorsOf(await scanOne({ 'notes.txt': '' }))).toMatchObject([{ hint: expect.stringContaining('agentos channel create') }]);
  });

  it('says so when store/channels is no folder at all', async () => {
    const home = createHome();
    mkdirSync(join(home, 'store'));
    writeFileSync(join(home, 'store/channels'), '');
    await expect(scan(home)).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
  });
});

describe('hostile manifests', () => {
  const folder = (manifest: string | Uint8Array) => ({ ...FOLDER_FILES, 'manifest.json': manifest });
  const valid = JSON.stringify(folderWith({})['manifest.json']);

  it.each<[string, string | Uint8Array, string]>([
    ['binary', Uint8Array.from([0x89, 0x50, 0xff, 0xfe, 0x00]), 'UTF-8'],
    ['UTF-16', Buffer.from(`\uFEFF${valid}`, 'utf16le'), 'UTF-8'],
    ['empty', '', 'ends'],
    ['nested without end', '{"a":'.repeat(50_000), 'deeper'],
    ['nested, and closed', `${'['.repeat(100_000)}${']'.repeat(100_000)}`, 'deeper'],
    ['huge', `{"x-a": "${'a'.repeat(300_000)}"}`, 'larger than'],
    ['a number', '42', 'an object'],
    ['null', 'null', 'an object'],
  ])('%s: an error that says so, and nothing else happens', async (_name, manifest, message) => {
    const source = await scanOne(folder(manifest));
    expect(source).toMatchObject({ manifest: null, builtin: null, bundle: null, digest: null, widens: true });
    expect(source.problems).toHaveLength(1);
    expect(source.problems[0]?.message).toContain(message);
  });

  it('a second key that would replace the one that a person read is an error in its line', async () => {
    const twice = await scanOne(folder(`${valid.slice(0, -1)},\n"adapter_class": "./evil.ts#Evil"}`));
    expect(errorsOf(twice)[0]).toMatchObject({ check: 'json', line: 2, pointer: '/adapter_class', hint: 'Keep one of them.' });
    expect(twice.digest).toBeNull();
  });

  it('a byte order mark is no mistake', async () => {
    expect((await scanOne(folder(`\uFEFF${valid}`))).problems).toEqual([]);
  });

  it('__proto__ is a key like any other unknown one, and changes no object', async () => {
    const source = await scanOne(folder(valid.replace('{', '{"__proto__": {"id": "evil"},')));
    expect(errorsOf(source)).toMatchObject([{ check: 'structure', pointer: '/__proto__' }]);
    expect(({} as { id?: string }).id).toBeUndefined();
  });

  it('a folder that others may write to is not even read', async () => {
    const home = createHome({ my_channel: folderWith({}) });
    chmodSync(channelFolder(home, 'my_channel'), 0o777);
    const [source] = await scan(home);
    expect(source && errorsOf(source)).toMatchObject([{ check: 'folder', file: '.', hint: expect.stringContaining('chmod') }]);
    expect(source?.manifest).toBeNull();
  });
});

describe('code in the folder', () => {
  const real = (files: Record<string, string | object>) =>
    scanPlugin(channelFolder(createHome({ my_channel: { ...folderWith({}), ...files } as never }), 'my_channel'), {
      builtins: BUILTINS,
      bundle: bundleFolder,
    });

  it('is bundled from the bytes that were read, with its packages', async () => {
    const source = await real({
      'adapter.ts': 'import { answer } from "answer";\nexport class MyAdapter { value: number = answer }',
      'node_modules/answer/package.json': { name: 'answer', main: 'index.js' },
      'node_modules/answer/index.js': 'export const answer = 4200 + 42',
    });
    expect(source.problems).toEqual([]);
    expect(source.bundle?.code).toContain('4200 + 42');
    expect(source.digest).toMatch(/^sha256-[\w-]{43}$/);
  });

  it('that cannot be bundled shows file and line of the author', async () => {
    const source = await real({
      'adapter.ts': 'export class MyAdapter {}\nimport { readFileSync } from "node:fs";\nreadFileSync("/etc/passwd");',
    });
    expect(errorsOf(source)).toMatchObject([{ check: 'bundle', file: 'adapter.ts', line: 2, message: expect.stringContaining('node:fs') }]);
    expect(source).toMatchObject({ bundle: null, digest: null });
    expect(source.manifest).not.toBeNull();
  });

  it('is not bundled at all while the manifest has an error', async () => {
    let bundled = 0;
    const bundle: BundleFolder = async (input) => {
      bundled++;
      return bundleAsIs(input);
    };
    const home = createHome({
      my_channel: folderWith({ version: 'x' }),
      other: folderWith({ id: 'other', webhook_url: '/webhooks/other' }),
    });
    await scanPlugins({ home, builtins: BUILTINS, bundle });
    expect(bundled).toBe(1);
  });

  it('that the bundler cannot bear is its own problem, not that of its neighbours', async () => {
    const home = createHome({
      my_channel: folderWith({}),
      telegram: { 'manifest.json': { id: 'telegram', name: 'T', version: '1.0.0', adapter_class: 'telegram#TelegramAdapter' } },
    });
    const sources = await scanPlugins({ home, builtins: BUILTINS, bundle: () => Promise.reject(new Error('out of memory')) });
    expect(sources.map(({ problems }) => problems.map(({ message }) => message))).toEqual([['The bundler failed: out of memory'], []]);
  });

  it('never becomes part of the bundle through a link', async () => {
    const home = createHome({ my_channel: folderWith({}) });
    symlinkSync('/etc/hostname', join(channelFolder(home, 'my_channel'), 'secret.txt'));
    const [source] = await scan(home);
    expect(source && errorsOf(source)).toMatchObject([{ file: 'secret.txt' }]);
    expect(source?.bundle).toBeNull();
  });
});

describe('the digest', () => {
  const digest = async (changes: Record<string, unknown>, files: Record<string, string> = {}) =>
    (await scanOne({ ...folderWith(changes), ...files })).digest;

  it('changes with the code and with anything the manifest says', async () => {
    const digests = [
      await digest({}),
      await digest({}, { 'adapter.ts': 'export class MyAdapter { evil = 1 }' }),
      await digest({ permissions: { network: [{ url: 'https://other.example.com' }] } }),
      await digest({ 'x-note': 'hello' }),
      await digest({ adapter_class: './other.ts#MyAdapter' }, { 'other.ts': FOLDER_FILES['adapter.ts'] }),
    ];
    expect(digests).not.toContain(null);
    expect(new Set(digests).size).toBe(digests.length);
  });

  it('does not change with the order of keys, with spaces, or with files that are no part of the bundle', async () => {
    const manifest = folderWith({})['manifest.json'] as Record<string, unknown>;
    const reversed = JSON.stringify(Object.fromEntries(Object.entries(manifest).reverse()));
    expect((await scanOne({ ...FOLDER_FILES, 'manifest.json': reversed })).digest).toBe(await digest({}));
    expect(await digest({}, { 'notes.txt': 'x' })).toBe(await digest({}));
  });
});
