/** Watches the plugin folders of a home and says which of them may have changed, a little after the last change. */
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { watch } from 'chokidar';
import type { Clock } from '../lib/clock.ts';

export interface FolderWatchDeps {
  clock: Clock;
  on_error(error: unknown, what: string): void;
}

export interface FolderWatch {
  close(): Promise<void>;
}

/** An editor writes a file in several steps, and a tool many files. */
const QUIET_MS = 150;
/** Somebody who never stops writing is heard all the same. */
const LONGEST_MS = 2_000;

/** What the folder reader skips or does not take for a channel. */
const isIgnored = (dir: string, file: string): boolean => {
  const steps = path.relative(dir, file).split(path.sep);
  if (steps[0] === '') return false;
  return steps[0] === '..' || steps[0]?.startsWith('.') === true || /(?:^|\/)node_modules\/\.bin(?:\/|$)/.test(steps.join('/'));
};

/** `on_change` gets the names of the folders. Resolves when every change from now on is seen. */
export const createFolderWatch = async (
  { clock, on_error }: FolderWatchDeps,
  dir: string,
  on_change: (ids: readonly string[]) => void,
): Promise<FolderWatch> => {
  await mkdir(dir, { recursive: true });
  const changed = new Set<string>();
  let since: number | null = null;
  let cancel = (): void => undefined;

  const flush = (): void => {
    cancel();
    since = null;
    const ids = [...changed];
    changed.clear();
    on_change(ids);
  };

  const note = (file: string): void => {
    const [id] = path.relative(dir, file).split(path.sep);
    if (!id || id === '..') return;
    changed.add(id);
    const now = clock.monotonic();
    since ??= now;
    cancel();
    cancel = clock.after(Math.max(0, Math.min(QUIET_MS, since + LONGEST_MS - now)), flush);
  };

  const watcher = watch(dir, { ignoreInitial: true, followSymlinks: false, atomic: false, ignored: (file) => isIgnored(dir, file) });
  watcher.on('all', (_event, file) => note(file));
  watcher.on('error', (error) => on_error(error, 'watch the plugin folders'));
  await new Promise<void>((resolve) => watcher.once('ready', () => resolve()));
  return {
    async close() {
      cancel();
      await watcher.close();
    },
  };
};
