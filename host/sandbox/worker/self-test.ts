/** Tries every door that must be shut, inside a worker with the flags that plugins get. Answers what stood open. */
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { Worker } from 'node:worker_threads';

export interface SelfTestTask {
  canary_files: readonly string[];
  /** The bootstrap folder: all that may be read. */
  dir: string;
}

const SHUT = ['ERR_ACCESS_DENIED', 'ERR_UNKNOWN_BUILTIN_MODULE', 'ERR_DLOPEN_DISABLED', 'ERR_DLOPEN_FAILED'];

interface Permission {
  has(scope: string, reference?: string): boolean;
}

const openPermissions = (dir: string): string[] => {
  const { permission } = process as unknown as { permission?: Permission };
  if (permission === undefined) return ['this Node has no permission model'];
  // Without a place, `fs.read` is asked of the working directory, which may be the bootstrap folder itself.
  const asked: [string, string?][] = [
    ['fs.read', dirname(dir)],
    ['fs.read', process.execPath],
    ['fs.write', dir],
    ['fs.write'],
    ['child'],
    ['worker'],
  ];
  return asked
    .filter(([scope, place]) => permission.has(scope, place))
    .map(([scope, place]) => `it has the permission ${[scope, place].join(' ').trim()}`);
};

/** Null when the attempt was denied. */
const openDoor = (name: string, attempt: () => unknown): string | null => {
  try {
    attempt();
  } catch (error) {
    const code = String((error as NodeJS.ErrnoException).code);
    return SHUT.includes(code) ? null : `${name} failed with ${code} and was not denied`;
  }
  return `${name} is possible`;
};

export const runSelfTest = ({ canary_files, dir }: SelfTestTask): string[] => {
  const require = createRequire(import.meta.url);
  const cwd = process.cwd();
  const doors: [string, () => unknown][] = [
    ...canary_files.map((file): [string, () => unknown] => [`reading ${file}`, () => readFileSync(file)]),
    ['starting a process', () => require('node:child_process').spawnSync(process.execPath, ['-v'])],
    ['starting a worker', () => new Worker('0', { eval: true, execArgv: [] })],
    ['loading native code', () => process.dlopen({ exports: {} }, `${dir}/none.node`)],
    ['the inspector', () => new (require('node:inspector').Session)().connect()],
    ['node:sqlite', () => require('node:sqlite')],
  ];
  // From Node 22 on a worker may read the working directory of its process, whatever its flags say.
  if (cwd !== dir) doors.push([`reading the working directory ${cwd}`, () => readdirSync(cwd)]);
  const problems = [...openPermissions(dir)];
  for (const [name, attempt] of doors) {
    const open = openDoor(name, attempt);
    if (open !== null) problems.push(open);
  }
  if (Object.keys(process.env).length > 0) problems.push('it sees environment variables');
  return problems;
};
