/**
 * What `communicationos/sdk` is inside a bundle: the SDK's own source as one module without imports. Its types vanish
 * by themselves, and so does what an adapter does not import.
 */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';

export const SDK_NAME = 'communicationos/sdk';

/** Where the build leaves it, below `dist/`. */
export const SDK_FILE = 'plugins/sdk.js';

/** `entry`: `plugins/sdk/index.ts`. */
export const bundleSdk = async (entry: string): Promise<string> => {
  const { outputFiles } = await build({
    entryPoints: [entry],
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'neutral',
    target: 'es2022',
    charset: 'utf8',
    legalComments: 'none',
    tsconfigRaw: {},
  });
  return outputFiles[0]?.text ?? '';
};

const BUILT = join(import.meta.dirname, SDK_FILE);

let source: Promise<string> | null = null;

/** Beside the built program lies the built file; run from the source, it is made of the source. */
export const readSdkSource = (): Promise<string> => {
  source ??= existsSync(BUILT) ? readFile(BUILT, 'utf8') : bundleSdk(join(import.meta.dirname, '../../plugins/sdk/index.ts'));
  return source;
};
