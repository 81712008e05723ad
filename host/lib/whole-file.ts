/** Files that are either whole or not there: a crash in between leaves the old one, never a half. */
import { open, rename, rm } from 'node:fs/promises';
import path from 'node:path';

/** A new name survives a power cut only when its folder is on the disk too; Windows has no such call. */
export const syncFolder = async (folder: string): Promise<void> => {
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  await handle.sync().finally(() => handle.close());
};

/** Readable by its owner only. On the disk when this resolves. */
export const writeWholeFile = async (file: string, content: string): Promise<void> => {
  const unfinished = `${file}.new`;
  await rm(unfinished, { force: true });
  const handle = await open(unfinished, 'wx', 0o600);
  try {
    await handle.writeFile(content);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(unfinished, file);
  await syncFolder(path.dirname(file));
};
