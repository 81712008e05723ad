/** Which row of a commit is not what was written: the digests that the commit covers, beside those of what is there now. */

export interface FoundRow {
  seq: number;
  digest: string;
}

export interface RowFault {
  /** `seq` of the row; null when it is gone. */
  seq: number | null;
  /** Its place in the commit, from 1. */
  position: number;
  what: 'changed' | 'deleted' | 'inserted' | 'reordered';
}

const DIGEST = 64;

export const digestsIn = (digests: string): string[] =>
  Array.from({ length: Math.floor(digests.length / DIGEST) }, (_, index) => digests.slice(index * DIGEST, (index + 1) * DIGEST));

/** The first difference; null when there is none. */
export const rowFault = (written: readonly string[], found: readonly FoundRow[]): RowFault | null => {
  const length = Math.max(written.length, found.length);
  for (let index = 0; index < length; index++) {
    const [was, is] = [written[index], found[index]];
    if (was === is?.digest) continue;
    const position = index + 1;
    if (is === undefined) return { seq: null, position, what: 'deleted' };
    if (was === undefined) return { seq: is.seq, position, what: 'inserted' };
    const still_there = found.slice(index + 1).some(({ digest }) => digest === was);
    const from_here = written.includes(is.digest, index + 1);
    if (still_there && from_here) return { seq: is.seq, position, what: 'reordered' };
    if (still_there) return { seq: is.seq, position, what: 'inserted' };
    if (from_here) return { seq: null, position, what: 'deleted' };
    return { seq: is.seq, position, what: 'changed' };
  }
  return null;
};
