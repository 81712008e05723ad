import { execFileSync } from 'node:child_process';
import { chmodSync, linkSync, mkdirSync, readFileSync, symlinkSync, truncateSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readFolder, writableByOthers } from '../../../host/registry/read-folder.ts';
import { channelFolder, createHome, errorsOf, scan, write } from './fixture.ts';

const MANIFEST = { 'manifest.json': '{}' };
const folder = (files: Record<string, string | Uint8Array> = MANIFEST): string =>
  channelFolder(createHome({ my_channel: files }), 'my_channel');

const faults = async (path: string) => {
  const read = await readFolder(path);
  return read.ok ? [] : read.faults;
};

it('holds every file by its relative path, in any depth, bytes as they are', async () => {
  const bytes = Uint8Array.from({ length: 200_000 }, (_, index) => index % 251);
  const read = await readFolder(
    folder({ ...MANIFEST, 'lib/deep/data.bin': bytes, 'node_modules/a/index.js': '1', '.hidden': 'x', empty: '' }),
  );
  if (!read.ok) throw new Error(JSON.stringify(read.faults));
  expect([...read.files.keys()].sort()).toEqual(['.hidden', 'empty', 'lib/deep/data.bin', 'manifest.json', 'node_modules/a/index.js']);
  expect(Buffer.compare(read.files.get('lib/deep/data.bin') as Uint8Array, bytes)).toBe(0);
});

describe('links', () => {
  it('are refused: one to a file outside would carry its text into the bundle', async () => {
    const path = folder();
    symlinkSync('/etc/passwd', join(path, 'data.txt'));
    expect(await faults(path)).toMatchObject([{ file: 'data.txt', message: 'data.txt is a link.' }]);
  });

  it('are refused when they lead to a folder, inside a package, or nowhere', async () => {
    const path = folder({ ...MANIFEST, 'node_modules/a/index.js': '1' });
    symlinkSync('/etc', join(path, 'etc'));
    symlinkSync('../a', join(path, 'node_modules/b'));
    symlinkSync('gone', join(path, 'nowhere'));
    expect((await faults(path)).map(({ file }) => file)).toEqual(['etc', 'node_modules/b', 'nowhere']);
  });

  it('are skipped in node_modules/.bin, and only there', async () => {
    const path = folder({ ...MANIFEST, 'node_modules/a/index.js': '1' });
    mkdirSync(join(path, 'node_modules/.bin'));
    symlinkSync('../a/index.js', join(path, 'node_modules/.bin/a'));
    expect(await faults(path)).toEqual([]);
    mkdirSync(join(path, '.bin'));
    symlinkSync('/etc/passwd', join(path, '.bin/a'));
    expect(await faults(path)).toMatchObject([{ file: '.bin/a' }]);
  });

  it('are refused as the channel folder itself, which is shown as a broken channel', async () => {
    const home = createHome({ real: MANIFEST });
    symlinkSync(channelFolder(home, 'real'), channelFolder(home, 'alias'));
    const alias = (await scan(home)).find(({ id }) => id === 'alias');
    expect(alias && errorsOf(alias)).toMatchObject([{ check: 'folder', file: '.', message: 'The folder is a link.' }]);
  });
});

describe('what is no file', () => {
  it('a pipe is refused, and is never waited for', async () => {
    const path = folder();
    execFileSync('mkfifo', [join(path, 'pipe')]);
    expect(await faults(path)).toMatchObject([{ file: 'pipe', message: 'pipe is neither a file nor a folder.' }]);
  });

  it('a socket is refused', async () => {
    const path = folder();
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(join(path, 's'), resolve));
    expect(await faults(path)).toMatchObject([{ file: 's' }]);
    await new Promise((resolve) => server.close(resolve));
  });
});

describe('rights of others', () => {
  it.each([0o666, 0o646])('a file with mode %o is refused with the command that mends it', async (mode) => {
    const path = folder();
    chmodSync(join(path, 'manifest.json'), mode);
    expect(await faults(path)).toMatchObject([{ file: 'manifest.json', hint: expect.stringContaining('chmod -R go-w') }]);
  });

  it('a folder in which anyone may exchange a file is refused, also a deep one', async () => {
    const path = folder({ ...MANIFEST, 'lib/a.ts': '1' });
    chmodSync(join(path, 'lib'), 0o777);
    expect(await faults(path)).toMatchObject([{ file: 'lib' }]);
  });

  it.each([
    [0o100644, 1000, 1000, false],
    [0o100664, 1000, 1000, false],
    [0o100664, 1000, 100, true],
    [0o100666, 1000, 1000, true],
    [0o40775, 0, 0, false],
    [0o40775, 0, 20, true],
  ])('mode %o of user %i and group %i: %s', (mode, uid, gid, others) => {
    expect(writableByOthers({ mode, uid, gid })).toBe(others);
  });
});

describe('size', () => {
  it('2,000 files are read, one more is refused once', async () => {
    const path = folder(Object.fromEntries(Array.from({ length: 2000 }, (_, index) => [`f${index}.txt`, ''])));
    expect(await faults(path)).toEqual([]);
    write(join(path, 'one-more.txt'), '');
    expect(await faults(path)).toMatchObject([{ file: '', message: 'The folder holds more than 2,000 files.' }]);
  });

  it('a sparse file larger than the memory is refused without reading it', async () => {
    const path = folder({ ...MANIFEST, 'huge.bin': '' });
    truncateSync(join(path, 'huge.bin'), 2 ** 40);
    expect(await faults(path)).toMatchObject([{ message: 'The folder holds more than 20 MB.' }]);
  });

  it('many files that are too much together are refused once', async () => {
    const path = folder({ ...MANIFEST, ...Object.fromEntries(Array.from({ length: 30 }, (_, index) => [`f${index}`, ''])) });
    for (let index = 0; index < 30; index++) truncateSync(join(path, `f${index}`), 1_000_000);
    expect(await faults(path)).toMatchObject([{ message: 'The folder holds more than 20 MB.' }]);
  });

  it('exactly the allowed number of bytes is read', async () => {
    const path = folder({ a: '12345', b: '67890' });
    expect((await readFolder(path, { entries: 10, bytes: 10 })).ok).toBe(true);
    expect((await readFolder(path, { entries: 10, bytes: 9 })).ok).toBe(false);
  });
});

it('a folder that is gone is a fault, not an exception', async () => {
  expect(await faults('/nonexistent/channel')).toMatchObject([{ file: '', message: 'The folder cannot be read (ENOENT).' }]);
});

it('what was read stays as it was when the file changes afterwards', async () => {
  const path = folder({ ...MANIFEST, 'adapter.ts': 'first' });
  const read = await readFolder(path);
  write(join(path, 'adapter.ts'), 'second');
  expect(read.ok && new TextDecoder().decode(read.files.get('adapter.ts'))).toBe('first');
  expect(readFileSync(join(path, 'adapter.ts'), 'utf8')).toBe('second');
});

it('a hard link is an ordinary file', async () => {
  const path = folder();
  linkSync(join(path, 'manifest.json'), join(path, 'copy.json'));
  expect(await faults(path)).toEqual([]);
});
