/** The kernel's limits on a runner, set by the program that becomes it. */
import { existsSync } from 'node:fs';

/** `data_mb` null: not limited, as for the runner that the limit is measured on. */
export interface Limits {
  data_mb: number | null;
}

const PRLIMIT = ['/usr/bin/prlimit', '/bin/prlimit'];
const MAX_FILES = 128;

/**
 * No core dumps, which would hold what the plugin knew; no file of any size; few descriptors; so much data.
 * `--as` is useless: V8 reserves far more than it uses.
 */
export const limited = (command: readonly string[], { data_mb }: Limits, prlimits: readonly string[] = PRLIMIT): string[] => {
  const prlimit = prlimits.find((file) => existsSync(file));
  if (prlimit !== undefined) {
    const data = data_mb === null ? [] : [`--data=${Math.round(data_mb * 1_048_576)}`];
    return [prlimit, '--core=0', '--fsize=0', `--nofile=${MAX_FILES}`, ...data, '--', ...command];
  }
  // A shell that lacks one of them goes on without it: the runner's own guard is there too.
  const data = data_mb === null ? '' : `ulimit -d ${Math.round(data_mb * 1024)} 2>/dev/null; `;
  const script = `ulimit -c 0 2>/dev/null; ulimit -f 0 2>/dev/null; ulimit -n ${MAX_FILES} 2>/dev/null; ${data}exec "$@"`;
  return ['/bin/sh', '-c', script, 'sh', ...command];
};
