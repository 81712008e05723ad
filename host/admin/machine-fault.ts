/** Faults of the machine below a request: the disk is full, broken or read-only. Whoever runs the host can mend it, and nobody else. */
import { AppError } from '../errors.ts';

// https://www.sqlite.org/rescode.html and errno(3).
const CODES = /^(SQLITE_(FULL|IOERR|READONLY|CANTOPEN)|ENOSPC|EDQUOT|EFBIG|EIO|EROFS|EMFILE|ENFILE)$/;

/** Null for any other error. */
export const machineFault = (error: unknown): AppError | null => {
  const code = (error as { code?: unknown } | null)?.code;
  if (typeof code !== 'string' || !CODES.test(code)) return null;
  return new AppError(
    'DATABASE_UNAVAILABLE',
    `The disk does not take what has to be written (${code}).`,
    'Look at its free space and at the log, then try again; GET /health says when the database can be written.',
    { cause: error },
  );
};
