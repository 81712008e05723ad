/**
 * A plugin folder, read once into memory: everything later works on these bytes, so that nothing can change between
 * what was checked, what was approved and what runs.
 */
import { constants, type Dirent, type Stats } from 'node:fs';
import { lstat, open, opendir } from 'node:fs/promises';
import { join } from 'node:path';

export type Files = ReadonlyMap<string, Uint8Array>;

export interface FolderFault {
  /** Relative POSIX path; '' is the folder itself. */
  file: string;
  message: string;
  hint: string;
}

export type FolderRead = { ok: true; files: Files } | { ok: false; faults: FolderFault[] };

export interface FolderLimits {
  /** Folders count too. */
  entries: number;
  bytes: number;
}

export const FOLDER_LIMITS: FolderLimits = { entries: 2_000, bytes: 20 * 1024 * 1024 };

const MAX_FAULTS = 20;
const OTHERS_WRITE = 0o002;
const GROUP_WRITE = 0o020;
/** The mode bits that Node shows on Windows say nothing about other users. */
const HAS_MODES = process.platform !== 'win32';

/**
 * A group that bears its owner's number has one member, that owner: on such systems the usual umask leaves every file
 * of a checkout writable by it.
 */
export const writableByOthers = ({ mode, uid, gid }: Pick<Stats, 'mode' | 'uid' | 'gid'>): boolean =>
  HAS_MODES && ((mode & OTHERS_WRITE) !== 0 || ((mode & GROUP_WRITE) !== 0 && uid !== gid));

class Refused extends Error {
  readonly fault: FolderFault;
  /** Nothing more is read. */
  readonly final: boolean;
  constructor(fault: FolderFault, final = false) {
    super(fault.message);
    this.fault = fault;
    this.final = final;
  }
}

const writable = (file: string): FolderFault => ({
  file,
  message: `${file === '' ? 'The folder' : file} can be written by other users of this machine.`,
  hint: 'Take that right away: chmod -R go-w on the plugin folder.',
});

const notRegular = (file: string, entry: Dirent | Stats): FolderFault =>
  entry.isSymbolicLink()
    ? {
        file,
        message: `${file || 'The folder'} is a link.`,
        hint: 'Put the file itself there; links are not followed. For packages use npm install --install-links.',
      }
    : { file, message: `${file} is neither a file nor a folder.`, hint: 'Remove it.' };

const tooMuch = (what: string): FolderFault => ({
  file: '',
  message: `The folder holds more than ${what}.`,
  hint: 'Install without development packages (npm install --omit=dev), or bundle the adapter into one file and remove node_modules.',
});

const unreadable = (file: string, error: unknown): FolderFault => ({
  file,
  message: `${file || 'The folder'} cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown reason'}).`,
  hint: 'Give the user that runs the host the right to read it.',
});

/** Not blocking and not following: what was a file when it was listed may be something else now. */
const READ = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);

const readRegular = async (path: string, file: string, left: number, limits: FolderLimits): Promise<Uint8Array> => {
  const handle = await open(path, READ);
  try {
    const stats = await handle.stat();
    if (!stats.isFile()) throw new Refused(notRegular(file, stats));
    if (writableByOthers(stats)) throw new Refused(writable(file));
    const chunks: Buffer[] = [];
    for (let size = 0; size <= left; ) {
      const { bytesRead, buffer } = await handle.read({
        buffer: Buffer.allocUnsafe(Math.min(65_536, Math.max(1, stats.size - size + 1))),
        position: null,
      });
      if (bytesRead === 0) return Buffer.concat(chunks);
      size += bytesRead;
      chunks.push(buffer.subarray(0, bytesRead));
    }
    throw new Refused(tooMuch(`${limits.bytes / 1_048_576} MB`), true);
  } finally {
    await handle.close();
  }
};

const isSkipped = (file: string): boolean => /(?:^|\/)node_modules\/\.bin$/.test(file);

/** Never throws for what the folder holds. Links are refused, but for `node_modules/.bin`, which is skipped. */
export const readFolder = async (folder: string, limits: FolderLimits = FOLDER_LIMITS): Promise<FolderRead> => {
  const files = new Map<string, Uint8Array>();
  const faults: FolderFault[] = [];
  const waiting = [''];
  let entries = 0;
  let bytes = 0;

  const readEntry = async (file: string, entry: Dirent): Promise<void> => {
    if (++entries > limits.entries) throw new Refused(tooMuch(`${limits.entries.toLocaleString('en')} files`), true);
    if (entry.isDirectory()) {
      waiting.push(file);
      return;
    }
    if (!entry.isFile()) throw new Refused(notRegular(file, entry));
    const content = await readRegular(join(folder, file), file, limits.bytes - bytes, limits);
    bytes += content.length;
    files.set(file, content);
  };
  let ended = false;
  const note = (file: string, error: unknown): void => {
    faults.push(error instanceof Refused ? error.fault : unreadable(file, error));
    ended = faults.length >= MAX_FAULTS || (error instanceof Refused && error.final);
  };
  const readLevel = async (dir: string): Promise<void> => {
    const stats = await lstat(join(folder, dir));
    if (!stats.isDirectory()) throw new Refused(notRegular(dir, stats));
    if (writableByOthers(stats)) throw new Refused(writable(dir));
    for await (const entry of await opendir(join(folder, dir))) {
      const file = dir === '' ? entry.name : `${dir}/${entry.name}`;
      if (!isSkipped(file)) await readEntry(file, entry).catch((error) => note(file, error));
      if (ended) return;
    }
  };

  for (let dir = waiting.shift(); dir !== undefined && !ended; dir = waiting.shift()) {
    const at = dir;
    await readLevel(at).catch((error) => note(at, error));
  }
  // The order of a folder's listing is the file system's own.
  return faults.length > 0 ? { ok: false, faults: faults.sort((a, b) => (a.file < b.file ? -1 : 1)) } : { ok: true, files };
};
