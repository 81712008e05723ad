/** What verifying the trail says. */
import type { RowFault } from './row-fault.ts';
import type { StatementFault } from './statement.ts';

export type FaultKind =
  | RowFault['what']
  /** A commit whose own fields do not fit together. */
  | 'commit_changed'
  | 'commit_missing'
  | 'commit_inserted'
  /** Fits together, and is not what was there when the head was signed, or when the next commit was made. */
  | 'rewritten'
  /** A signed head says that the chain went further. */
  | 'end_cut';

/** The first place of a chain that is not as it was written. */
export interface Broken {
  chain_id: string;
  commit_seq: number;
  what: FaultKind;
  /** Null when the commit as a whole is meant. */
  row: { seq: number | null; position: number } | null;
  message: string;
}

export interface ChainVerdict {
  chain_id: string;
  /** First and last commit that were recomputed; null when nothing of it is kept. */
  from_seq: number | null;
  to_seq: number | null;
  commits: number;
  rows: number;
  /** The signed head that retention cut at; the chain is verified from the commit after it. */
  cut: { seq: number; at: string } | null;
  /** The newest commit that a signed head vouches for. What follows it is proved by nothing but the chain. */
  signed_seq: number | null;
  broken: Broken | null;
}

/** A line of a file of heads that proves nothing. */
export interface HeadFault {
  file: string;
  line: number;
  what: StatementFault | 'unreadable';
  message: string;
}

export interface Verdict {
  ok: boolean;
  broken: Broken | null;
  head_faults: HeadFault[];
  chains: ChainVerdict[];
  commits: number;
  rows: number;
  /** Signed heads that were compared. None: an end that was cut off could not be seen. */
  heads: number;
  took_ms: number;
}

export interface VerifyProgress {
  rows: number;
  /** About how many there are. */
  of: number;
}
