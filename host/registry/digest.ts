/** The name of one exact generation of a plugin: what an approval approves. */
import { createHash } from 'node:crypto';
import type { Manifest } from '../../schemas/manifest.ts';
import { canonical } from '../lib/canonical.ts';

/**
 * `sha256-<base64url>` over the bundle's code and the merged manifest. The code's length stands first, so that no
 * text can move from one to the other. The source map is left out: it is never run.
 */
export const digestOf = (code: string, manifest: Manifest): string => {
  const bytes = Buffer.from(code);
  const hash = createHash('sha256').update(`${bytes.length}\n`).update(bytes).update(canonical(manifest));
  return `sha256-${hash.digest('base64url')}`;
};

/** `sha256-<base64url>` of the code alone: whether only the manifest has changed. */
export const codeHashOf = (code: string): string => `sha256-${createHash('sha256').update(code).digest('base64url')}`;
