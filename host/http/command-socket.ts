/**
 * Where the command line finds the running host: `store/run/agentos.sock`. A path over 100 bytes does
 * not fit a socket address (108 bytes on Linux, 104 on macOS); then the socket lies in a folder of its
 * own under the system's temp folder, and `agentos.sock.path` names it.
 */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';

const MAX_PATH_BYTES = 100;
const NAME = 'agentos.sock';

const pointerFile = (run_dir: string): string => path.join(run_dir, `${NAME}.path`);

/** A path to listen on; what an earlier process left there is removed (the lock says that it is gone). */
export const prepareSocketPath = async (run_dir: string): Promise<string> => {
  const plain = path.join(run_dir, NAME);
  await removeSocket(run_dir);
  if (Buffer.byteLength(plain) <= MAX_PATH_BYTES) return plain;
  const folder = await mkdtemp(path.join(os.tmpdir(), 'agentos-'));
  const short = path.join(folder, NAME);
  await writeFile(pointerFile(run_dir), short, { mode: 0o600 });
  return short;
};

export const findSocketPath = async (run_dir: string): Promise<string> => {
  try {
    return (await readFile(pointerFile(run_dir), 'utf8')).trim();
  } catch {
    return path.join(run_dir, NAME);
  }
};

export const removeSocket = async (run_dir: string): Promise<void> => {
  const at = await findSocketPath(run_dir);
  await rm(at, { force: true });
  if (at !== path.join(run_dir, NAME)) await rm(path.dirname(at), { recursive: true, force: true });
  await rm(pointerFile(run_dir), { force: true });
};
