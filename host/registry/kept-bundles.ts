/**
 * The approved generations of a home, `store/bundles/<digest>.js`: the manifest in the first line, the bundle below.
 * The digest in the name is checked at every load; a file that does not fit it is never run.
 */
import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { chmod, mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import type { Manifest } from '../../schemas/manifest.ts';
import { canonical } from '../lib/canonical.ts';
import { digestOf } from './digest.ts';

export interface KeptGeneration {
  manifest: Manifest;
  code: string;
}

export type KeptRead = { ok: true; kept: KeptGeneration } | { ok: false; missing: boolean; message: string; hint: string };

export interface KeptBundles {
  /** Never rejects: what cannot be used says why. */
  read(digest: string): Promise<KeptRead>;
  /** Durable when it resolves. Rejects when it cannot be written. A file that is damaged is written anew. */
  keep(digest: string, kept: KeptGeneration): Promise<void>;
  /** Removes every generation but these. */
  prune(needed: ReadonlySet<string>): Promise<void>;
}

const HEAD = '// ';
const MAX_BYTES = 64 * 1024 * 1024;
const DIGEST = /^sha256-[A-Za-z0-9_-]{43}$/;
const HINT = 'Remove the file; a plugin whose folder still holds this code writes it again at the next reload.';

const encode = ({ manifest, code }: KeptGeneration): string => `${HEAD}${canonical(manifest)}\n${code}`;

const decode = (text: string): KeptGeneration | null => {
  const end = text.indexOf('\n');
  if (!text.startsWith(HEAD) || end === -1) return null;
  try {
    return { manifest: JSON.parse(text.slice(HEAD.length, end)) as Manifest, code: text.slice(end + 1) };
  } catch {
    return null;
  }
};

const readText = async (file: string): Promise<string> => {
  // A link could name any file, and a pipe would never end.
  const handle = await open(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    const stats = await handle.stat();
    if (!stats.isFile() || stats.size > MAX_BYTES) throw Object.assign(new Error('not a bundle'), { code: 'EFTYPE' });
    return await handle.readFile('utf8');
  } finally {
    await handle.close();
  }
};

export const createKeptBundles = (dir: string): KeptBundles => {
  const fileOf = (digest: string): string => path.join(dir, `${digest}.js`);
  const refusal = (digest: string, what: string, missing = false): KeptRead => ({
    ok: false,
    missing,
    message: `store/bundles/${digest}.js ${what}.`,
    hint: missing ? 'Restore it from a backup, or approve what is in the folder.' : HINT,
  });

  const read = async (digest: string): Promise<KeptRead> => {
    if (!DIGEST.test(digest)) return refusal(digest, 'is no name of a bundle');
    let text: string;
    try {
      text = await readText(fileOf(digest));
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      return code === 'ENOENT' ? refusal(digest, 'is missing', true) : refusal(digest, `cannot be read (${code})`);
    }
    const kept = decode(text);
    if (kept === null || digestOf(kept.code, kept.manifest) !== digest) return refusal(digest, 'does not hold what was approved');
    return { ok: true, kept };
  };

  const write = async (digest: string, kept: KeptGeneration): Promise<void> => {
    await mkdir(dir, { recursive: true, mode: 0o700 });
    await chmod(dir, 0o700);
    const draft = path.join(dir, `.${digest}.${randomBytes(6).toString('hex')}`);
    try {
      const handle = await open(draft, 'wx', 0o600);
      try {
        await handle.writeFile(encode(kept));
        await handle.sync();
      } finally {
        await handle.close();
      }
      await rename(draft, fileOf(digest));
    } finally {
      await rm(draft, { force: true });
    }
    const folder = await open(dir, constants.O_RDONLY);
    // Not every file system can; the rename itself is done.
    await folder.sync().catch(() => undefined);
    await folder.close();
  };

  return {
    read,
    async keep(digest, kept) {
      if (!(await read(digest)).ok) await write(digest, kept);
    },
    async prune(needed) {
      const names = await readdir(dir).catch((): string[] => []);
      const old = names.filter((name) => name.endsWith('.js') && DIGEST.test(name.slice(0, -3)) && !needed.has(name.slice(0, -3)));
      for (const name of old) await rm(path.join(dir, name), { force: true });
    },
  };
};
