/** The tests run what is built: the worker bootstrap and the bundles of the built-in plugins exist only there. */
import { execFileSync } from 'node:child_process';
import path from 'node:path';

export const setup = (): void => {
  const root = path.resolve(import.meta.dirname, '../..');
  execFileSync(process.execPath, ['--import', 'tsx', 'host/build.ts'], { cwd: root, stdio: 'inherit' });
};
