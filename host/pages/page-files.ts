/** The built page, read once: no request ever names a path on the disk. */
import { readdir, readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';

export interface Asset {
  content_type: string;
  bytes: Buffer;
}

export interface PageFiles {
  index: Buffer;
  /** By file name. Names carry a hash of the content, so an answer may be kept for ever. */
  assets: ReadonlyMap<string, Asset>;
}

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

const isMissing = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 'ENOENT';

/** Null when the page was not built: the rest of the host runs without it. */
export const readPageFiles = async (folder: string): Promise<PageFiles | null> => {
  try {
    const index = await readFile(join(folder, 'index.html'));
    const below = join(folder, 'assets');
    const assets = new Map<string, Asset>();
    for (const name of await readdir(below)) {
      const content_type = CONTENT_TYPES[extname(name)];
      if (content_type !== undefined) assets.set(name, { content_type, bytes: await readFile(join(below, name)) });
    }
    return { index, assets };
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
};
