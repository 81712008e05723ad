/** A host that dies at a named point. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { build } from 'esbuild';
import { type Home, ROOT, type RunningHost, type StartOptions, startHost } from './home.ts';

export interface Fault {
  /** `sending.committed`, `batch.begin:decision`, …; see `host-with-faults.ts`. */
  point: string;
  /** The n-th time; 1 by default. */
  count?: number;
}

/** A home and the environment of its host. */
export interface Place {
  home: Home;
  env: Record<string, string>;
}

export interface FaultyHost {
  start(where: Place, fault: Fault, options?: StartOptions): Promise<RunningHost>;
  /** For a point that is reached by itself: starts it and waits for its end. */
  dies(where: Place, fault: Fault): Promise<NodeJS.Signals | number | null>;
  remove(): void;
}

/** The script is bundled into a folder of its own, because the built command has no way to be told where to die. */
export const buildFaultyHost = async (): Promise<FaultyHost> => {
  const dir = mkdtempSync(path.join(tmpdir(), 'aos-faulty-'));
  symlinkSync(path.join(ROOT, 'node_modules'), path.join(dir, 'node_modules'));
  const entry = path.join(dir, 'host.mjs');
  await build({
    absWorkingDir: ROOT,
    entryPoints: ['test/support/host-with-faults.ts'],
    outfile: entry,
    bundle: true,
    packages: 'external',
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    logLevel: 'warning',
  });
  const faultOf = ({ point, count = 1 }: Fault): Record<string, string> => ({
    FAULT_POINT: point,
    FAULT_COUNT: String(count),
    DIST_DIR: path.join(ROOT, 'dist'),
  });
  return {
    start: ({ home, env }, fault, options = {}) =>
      startHost(home, { ...options, entry: [entry], env: { ...env, ...options.env, ...faultOf(fault) } }),
    async dies({ home, env }, fault) {
      const child = spawn(process.execPath, [entry, 'serve', '--home', home.dir, '--port', '0'], {
        env: { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '', ...env, ...faultOf(fault) },
        stdio: 'ignore',
      });
      const [code, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
      return code ?? signal;
    },
    remove: () => rmSync(dir, { recursive: true, force: true }),
  };
};
