import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createFolderWatch, type FolderWatch } from '../../../host/registry/watch.ts';
import { createFakeClock, type FakeClock } from '../../support/fake-clock.ts';
import { until } from '../../support/until.ts';

let root: string;
let dir: string;
let clock: FakeClock;
let watch: FolderWatch;
let told: string[][];

const write = (name: string, text = 'x'): void => {
  mkdirSync(path.dirname(path.join(dir, name)), { recursive: true });
  writeFileSync(path.join(dir, name), text);
};
const noticed = () =>
  until(
    () => clock.armed(),
    (armed) => armed > 0,
    'a change was noticed',
  );
/** Until everything that was written is known: the last of it is `marker`. */
const quiet = async (marker: string): Promise<string[]> => {
  write(`${marker}/manifest.json`);
  const seen: string[] = [];
  await until(
    () => {
      clock.advance(150);
      seen.push(...told.splice(0).flat());
      return seen;
    },
    (ids) => ids.includes(marker),
    `${marker} was told`,
  );
  return seen;
};

/** Until nothing of what was written before is still on its way. */
const settled = async (name: string): Promise<void> => {
  for (let n = 0; ; n++) if ((await quiet(`${name}_${n}`)).length === 1) return;
};

beforeEach(async () => {
  root = mkdtempSync(path.join(tmpdir(), 'aos-watch-'));
  dir = path.join(root, 'store/channels');
  clock = createFakeClock();
  told = [];
  watch = await createFolderWatch(
    {
      clock,
      on_error: (error) => {
        throw error;
      },
    },
    dir,
    (ids) => told.push([...ids].sort()),
  );
});
afterEach(async () => {
  await watch.close();
  rmSync(root, { recursive: true, force: true });
});

it('tells a changed folder once, when nothing more has come for a while', async () => {
  write('one/manifest.json');
  await noticed();
  clock.advance(149);
  expect(told).toEqual([]);
  clock.advance(1);
  expect(told).toEqual([['one']]);
});

it('tells folders that come, change deep inside, are renamed and go', async () => {
  write('one/lib/deep/x.ts');
  expect(await quiet('mark_1')).toContain('one');
  write('one/lib/deep/x.ts', 'y');
  expect(await quiet('mark_2')).toContain('one');
  renameSync(path.join(dir, 'one'), path.join(dir, 'two'));
  expect(await quiet('mark_3')).toEqual(expect.arrayContaining(['one', 'two']));
  rmSync(path.join(dir, 'two'), { recursive: true });
  expect(await quiet('mark_4')).toContain('two');
});

it('does not tell what the folder reader does not look at', async () => {
  write('.git/index');
  write('one/manifest.json');
  await quiet('mark_1');
  write('.git/index', 'y');
  write('one/node_modules/.bin/tool');
  expect(await quiet('mark_2')).toEqual(expect.not.arrayContaining(['.git']));
  await settled('before');
  write('one/node_modules/.bin/tool', 'y');
  expect(await quiet('mark_3')).toEqual(['mark_3']);
});

it('tells nothing any more when it was closed', async () => {
  write('one/manifest.json');
  await noticed();
  await watch.close();
  clock.advance(10_000);
  expect(told).toEqual([]);
});
