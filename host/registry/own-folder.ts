/** Whether a folder belongs to the user that runs this process. Where users cannot be told apart it never does. */
import { lstat } from 'node:fs/promises';

export const isOwnFolder = async (folder: string): Promise<boolean> => {
  const uid = process.getuid?.();
  if (uid === undefined) return false;
  const stats = await lstat(folder).catch(() => null);
  return stats?.isDirectory() === true && stats.uid === uid;
};
