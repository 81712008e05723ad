import { lstatSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { digestOf } from '../../../host/registry/digest.ts';
import { createKeptBundles, type KeptBundles } from '../../../host/registry/kept-bundles.ts';
import type { Manifest } from '../../../schemas/manifest.ts';

const MANIFEST = { id: 'x_1', name: 'two\nlines \u2028', version: '1.0.0', adapter_class: './a.ts#A' } as Manifest;
const CODE = '// first\nvar __plugin = {};\n';
const DIGEST = digestOf(CODE, MANIFEST);

let home: string;
let dir: string;
let kept: KeptBundles;
const file = (digest = DIGEST): string => path.join(dir, `${digest}.js`);

beforeEach(() => {
  home = mkdtempSync(path.join(tmpdir(), 'aos-kept-'));
  dir = path.join(home, 'bundles');
  kept = createKeptBundles(dir);
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

it('gives back exactly what was kept, in a file of its owner', async () => {
  await kept.keep(DIGEST, { manifest: MANIFEST, code: CODE });
  expect(await kept.read(DIGEST)).toEqual({ ok: true, kept: { manifest: MANIFEST, code: CODE } });
  expect([lstatSync(file()).mode & 0o777, lstatSync(dir).mode & 0o777]).toEqual([0o600, 0o700]);
  expect(readdirSync(dir)).toEqual([`${DIGEST}.js`]);
});

it.each<[string, (text: string) => string]>([
  ['a changed letter of the code', (text) => text.replace('var', 'let')],
  ['a changed letter of the manifest', (text) => text.replace('1.0.0', '1.0.1')],
  ['something added', (text) => `${text} `],
  ['the end cut off', (text) => text.slice(0, -1)],
  ['no manifest', (text) => text.slice(text.indexOf('\n') + 1)],
  ['nothing', () => ''],
])('never gives back %s; keeping it again mends it', async (_name, damage) => {
  await kept.keep(DIGEST, { manifest: MANIFEST, code: CODE });
  writeFileSync(file(), damage(readFileSync(file(), 'utf8')));
  expect(await kept.read(DIGEST)).toMatchObject({
    ok: false,
    missing: false,
    message: expect.stringContaining(`store/bundles/${DIGEST}.js`),
  });
  await kept.keep(DIGEST, { manifest: MANIFEST, code: CODE });
  expect(await kept.read(DIGEST)).toMatchObject({ ok: true });
});

it('follows no link, and no name that is not a digest', async () => {
  await kept.keep(DIGEST, { manifest: MANIFEST, code: CODE });
  const other = `sha256-${'A'.repeat(43)}`;
  symlinkSync(file(), file(other));
  expect(await kept.read(other)).toMatchObject({ ok: false, message: expect.stringContaining('ELOOP') });
  expect(await kept.read(`../bundles/${DIGEST}`)).toMatchObject({ ok: false, message: expect.stringContaining('no name') });
  expect(await kept.read(`sha256-${'B'.repeat(43)}`)).toMatchObject({ ok: false, missing: true });
});

it('forgets what nobody needs, and nothing else in the folder', async () => {
  const code = 'other';
  await kept.keep(DIGEST, { manifest: MANIFEST, code: CODE });
  await kept.keep(digestOf(code, MANIFEST), { manifest: MANIFEST, code });
  writeFileSync(path.join(dir, 'README.js'), '');
  await kept.prune(new Set([DIGEST]));
  expect(readdirSync(dir).sort()).toEqual(['README.js', `${DIGEST}.js`]);
});

it('without a folder nothing is there, and nothing is to be forgotten', async () => {
  expect(await kept.read(DIGEST)).toMatchObject({ ok: false, missing: true });
  await kept.prune(new Set());
});
