/**
 * Writes the bootstrap folder: all that a confined worker may read. The code that runs inside the guest realm is
 * bundled to text and lies as strings in `worker.cjs`.
 */
import { copyFile, mkdir } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type BuildOptions, build } from 'esbuild';

const here = dirname(fileURLToPath(import.meta.url));
const TARGET = 'es2022';
const GUEST_GLOBAL = 'ours';

/** A guest script as an expression: it leaves nothing on the global, and gives what the entry exports under `name`. */
const guestScript = async (file: string, name?: string): Promise<string> => {
  const { outputFiles } = await build({
    entryPoints: [join(here, 'guest', file)],
    bundle: true,
    write: false,
    format: 'iife',
    globalName: GUEST_GLOBAL,
    platform: 'neutral',
    target: TARGET,
    legalComments: 'none',
    tsconfigRaw: {},
  });
  const text = outputFiles[0]?.text ?? '';
  return `(() => { "use strict"; ${text}\nreturn ${name === undefined ? 'undefined' : `${GUEST_GLOBAL}.${name}`}; })()`;
};

const COMMON = {
  bundle: true,
  format: 'cjs',
  platform: 'node',
  target: TARGET,
  legalComments: 'none',
  tsconfigRaw: {},
  // esbuild prints sloppy code; a sloppy function on the stack shows its caller to whoever it calls.
  banner: { js: '"use strict";' },
} as const satisfies BuildOptions;

/** `outdir` is made when it is missing. */
export const buildBootstrap = async (outdir: string): Promise<void> => {
  const [prepare, errors, bridge] = await Promise.all([
    guestScript('prepare.ts'),
    guestScript('errors.ts'),
    guestScript('main.ts', 'enter'),
  ]);
  await mkdir(outdir, { recursive: true });
  await build({ ...COMMON, entryPoints: [join(here, 'runner', 'main.ts')], outfile: join(outdir, 'runner.cjs') });
  await build({
    ...COMMON,
    entryPoints: [join(here, 'worker', 'main.ts')],
    outfile: join(outdir, 'worker.cjs'),
    define: {
      GUEST_PREPARE: JSON.stringify(prepare),
      GUEST_ERRORS: JSON.stringify(errors),
      GUEST_BRIDGE: JSON.stringify(bridge),
      'import.meta.url': '__filename',
    },
  });
  const ses = createRequire(import.meta.url).resolve('ses');
  await copyFile(join(dirname(ses), 'ses.umd.min.js'), join(outdir, 'ses.umd.min.js'));
};
