/** The folder that holds all that a confined worker may read, and the flags that make it so. */
import { realpathSync } from 'node:fs';
import { join } from 'node:path';

export interface BootstrapFolder {
  dir: string;
  /** The worker's entry. */
  worker: string;
  /** The entry of a runner process. */
  runner: string;
  /** Never empty and never left out: an empty list is unrestricted, a missing one inherits `--allow-worker`. */
  execArgv: string[];
}

/** Node 20 has the permission model under its experimental name only. */
const PERMISSION_FLAG = process.allowedNodeEnvironmentFlags.has('--permission') ? '--permission' : '--experimental-permission';
/** `node:sqlite` opens files past the permission model, on 22 to 26. */
const SQLITE_FLAGS = process.allowedNodeEnvironmentFlags.has('--experimental-sqlite') ? ['--no-experimental-sqlite'] : [];

/** A text says why the folder cannot be used, for the operator. */
export const openBootstrap = (bootstrap_dir: string): BootstrapFolder | string => {
  let dir: string;
  try {
    dir = realpathSync(bootstrap_dir);
  } catch {
    return `the folder ${bootstrap_dir} is missing; build the program again (npm run build)`;
  }
  // A comma or star means something else to `--allow-fs-read`: it widens the grant.
  if (/[,*]/.test(dir)) return `the folder ${bootstrap_dir} has a comma or star in its name; move the program elsewhere`;
  const execArgv = [PERMISSION_FLAG, `--allow-fs-read=${dir}/*`, ...SQLITE_FLAGS, '--no-warnings'];
  return { dir, worker: join(dir, 'worker.cjs'), runner: join(dir, 'runner.cjs'), execArgv };
};
