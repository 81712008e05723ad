/** What lies beside each copy of a database: when it was made, by what, and how to see that it is whole. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { AppError } from '../errors.ts';

const FORMAT = 'communicationos-backup-1';

export interface Manifest {
  format: typeof FORMAT;
  created_at: string;
  /** Of the program. */
  version: string;
  schema_version: number;
  /** `file`: its name beside the manifest. */
  database: { file: string; bytes: number; sha256: string };
  /** Where the audit trail stood. */
  audit_heads: { chain_id: string; seq: number; hash: string }[];
}

export const describeFile = async (file: string): Promise<Manifest['database']> => {
  const digest = createHash('sha256');
  for await (const chunk of createReadStream(file)) digest.update(chunk as Buffer);
  return { file: path.basename(file), bytes: (await stat(file)).size, sha256: digest.digest('hex') };
};

export const manifestOf = (file: string): string => file.replace(/(\.db|\.json)?$/, '.json');

export const newManifest = (fields: Omit<Manifest, 'format'>): Manifest => ({ format: FORMAT, ...fields });

const notFound = (target: string): AppError =>
  new AppError(
    'NOT_FOUND',
    `There is no backup at ${target}.`,
    'Name a file agentos-….db with its agentos-….json beside it, or their folder.',
  );

const newestIn = async (folder: string): Promise<string> => {
  const names = (await readdir(folder)).filter((name) => /^agentos-.*\.json$/.test(name)).sort();
  const newest = names.at(-1);
  if (newest === undefined) throw notFound(folder);
  return path.join(folder, newest);
};

/** `target`: a backup's file or a folder of backups, of which the newest is taken. The file's checksum is compared. */
export const findBackup = async (target: string): Promise<{ file: string; folder: string; manifest: Manifest }> => {
  const found = await stat(target).catch(() => null);
  if (found === null) throw notFound(target);
  const beside = found.isDirectory() ? await newestIn(target) : manifestOf(target);
  const folder = path.dirname(beside);
  let manifest: Manifest;
  try {
    manifest = JSON.parse(await readFile(beside, 'utf8')) as Manifest;
  } catch {
    throw notFound(target);
  }
  const file = path.join(folder, path.basename(String(manifest.database?.file)));
  if (manifest.format !== FORMAT || !(await stat(file).catch(() => null))) throw notFound(target);
  const { sha256 } = await describeFile(file);
  if (sha256 === manifest.database.sha256) return { file, folder, manifest };
  throw new AppError('DATABASE_UNAVAILABLE', `The backup ${file} is not what was written: its checksum differs.`, 'Take another one.');
};
