/** Recomputes one chain from what is stored, page by page, and stops at the first place that is not as it was written. */
import type { AuditCommit, StoredAuditRow } from '../db/tables/audit.ts';
import { commitHash, GENESIS, rowDigest, rowsHash } from './chain.ts';
import { digestsIn, type FoundRow, rowFault } from './row-fault.ts';
import type { Broken, ChainVerdict, FaultKind } from './verdict.ts';

export interface ChainSource {
  commits(chain_id: string, after_seq: number, limit: number): Promise<AuditCommit[]>;
  rows(chain_id: string, after: { commit_seq: number; seq: number }, limit: number): Promise<StoredAuditRow[]>;
}

export interface ChainEvidence {
  cut: { seq: number; hash: string; at: string } | null;
  heads: ReadonlyMap<number, { hash: string; signed: boolean }>;
}

const COMMITS = 1000;
const ROWS = 4000;

type Fault = Omit<Broken, 'chain_id'>;
const fault = (commit_seq: number, what: FaultKind, message: string, row: Broken['row'] = null): Fault => ({
  commit_seq,
  what,
  row,
  message,
});

const ROW_MESSAGES = {
  changed: 'was changed',
  deleted: 'was deleted',
  inserted: 'was inserted',
  reordered: 'stands in another place',
} as const;

/** Rows in the order of their commits; `take` hands out those of one commit. */
const createRows = (source: ChainSource, chain_id: string, after_commit: number, read: (rows: number) => void) => {
  let after = { commit_seq: after_commit, seq: Number.MAX_SAFE_INTEGER };
  let page: StoredAuditRow[] = [];
  let next = 0;
  const peek = async (): Promise<StoredAuditRow | undefined> => {
    if (next === page.length) {
      page = await source.rows(chain_id, after, ROWS);
      next = 0;
      const last = page.at(-1);
      if (last) after = { commit_seq: last.commit_seq, seq: last.seq };
      read(page.length);
    }
    return page[next];
  };
  return {
    peek,
    async take(commit_seq: number): Promise<FoundRow[]> {
      const found: FoundRow[] = [];
      for (let row = await peek(); row && row.commit_seq === commit_seq; row = await peek()) {
        found.push({ seq: row.seq, digest: rowDigest(row) });
        next++;
      }
      return found;
    },
  };
};

/** The commits in order; what follows one can be looked at before its turn. */
const createCommits = (source: ChainSource, chain_id: string, after_seq: number) => {
  let after = after_seq;
  let page: AuditCommit[] = [];
  let next = 0;
  const peek = async (): Promise<AuditCommit | undefined> => {
    if (next === page.length) {
      page = await source.commits(chain_id, after, COMMITS);
      next = 0;
      after = page.at(-1)?.seq ?? after;
    }
    return page[next];
  };
  return {
    peek,
    async take(): Promise<AuditCommit | undefined> {
      const commit = await peek();
      if (commit) next++;
      return commit;
    },
  };
};

const commitFault = (seq: number): Fault => fault(seq, 'commit_changed', `Commit ${seq} was changed: its own fields do not fit together.`);

/** Whether a commit's rows are those that it was made of. */
const rowsFault = (commit: AuditCommit, found: readonly FoundRow[]): Fault | null => {
  const { seq } = commit;
  const fits = commit.hash === commitHash(commit.chain_id, seq, commit.prev_hash, commit.rows_hash);
  const found_hash = rowsHash(found.map(({ digest }) => digest).join(''));
  if (fits && found.length > 0 && found_hash === commit.rows_hash)
    return commit.digests !== null && commit.digests !== undefined && rowsHash(commit.digests) !== commit.rows_hash
      ? commitFault(seq)
      : null;
  if (!fits) return commitFault(seq);
  const known = typeof commit.digests === 'string' && rowsHash(commit.digests) === commit.rows_hash ? digestsIn(commit.digests) : null;
  const row = known ? rowFault(known, found) : null;
  if (row) {
    const name = row.seq === null ? '' : ` (seq ${row.seq})`;
    return fault(seq, row.what, `Row ${row.position} of commit ${seq}${name} ${ROW_MESSAGES[row.what]}.`, {
      seq: row.seq,
      position: row.position,
    });
  }
  if (found.length === 0) return fault(seq, known ? 'commit_inserted' : 'deleted', `Commit ${seq} has no rows.`);
  const only = found.length === 1 ? { seq: found[0]?.seq as number, position: 1 } : null;
  return fault(seq, 'changed', `The rows of commit ${seq} are not those that it was made of (seq ${found[0]?.seq} and on).`, only);
};

/** Rows were written in the order of their commits; one that claims another place was moved. */
const orderFault = (seq: number, last_row: number, found: readonly FoundRow[]): Fault | null => {
  const first = found[0];
  if (!first || first.seq > last_row) return null;
  return fault(seq, 'reordered', `Row 1 of commit ${seq} (seq ${first.seq}) stands in another place.`, { seq: first.seq, position: 1 });
};

export interface VerifyChainOptions {
  chain_id: string;
  evidence: ChainEvidence;
  /** Called with the number of rows just read. */
  read(rows: number): void;
}

export const verifyChain = async (source: ChainSource, { chain_id, evidence, read }: VerifyChainOptions): Promise<ChainVerdict> => {
  const { cut, heads } = evidence;
  const begin = { seq: cut?.seq ?? 0, hash: cut?.hash ?? GENESIS };
  // Before a cut lies what retention is removing; without one nothing may lie before the first commit.
  const after = cut?.seq ?? Number.MIN_SAFE_INTEGER;
  const commits = createCommits(source, chain_id, after);
  const rows = createRows(source, chain_id, after, read);
  const verdict: ChainVerdict = {
    chain_id,
    from_seq: null,
    to_seq: null,
    commits: 0,
    rows: 0,
    cut: cut ? { seq: cut.seq, at: cut.at } : null,
    signed_seq: null,
    broken: null,
  };
  const broken = (found: Fault): ChainVerdict => ({ ...verdict, broken: { chain_id, ...found } });
  let head = begin;
  let last_row = 0;

  /** A commit that fits its own fields and not the one before: the next one knows which of the two was made anew. */
  const linkFault = async (commit: AuditCommit): Promise<Fault> => {
    const following = await commits.peek();
    const as_it_was = following ? following.prev_hash === commit.hash : heads.get(commit.seq)?.hash === commit.hash;
    const blamed =
      (!as_it_was && (following !== undefined || heads.get(head.seq)?.hash === head.hash)) || head.seq === begin.seq
        ? commit.seq
        : head.seq;
    return fault(blamed, 'rewritten', `Commit ${blamed} was made anew: commit ${commit.seq} does not follow ${head.seq}.`);
  };

  const structureFault = async (commit: AuditCommit): Promise<Fault | null> => {
    const expected = head.seq + 1;
    if (commit.seq < expected) return fault(commit.seq, 'commit_inserted', `Commit ${commit.seq} was inserted: no chain has this number.`);
    if (commit.seq !== expected) {
      const why = head.seq === 0 ? 'the chain begins after it, and no signed cut says that retention removed it' : 'it was deleted';
      return fault(expected, 'commit_missing', `Commit ${expected} is missing: ${why}.`);
    }
    const stray = await rows.peek();
    if (stray && stray.commit_seq < commit.seq)
      return fault(commit.seq, 'inserted', `A row (seq ${stray.seq}) names a commit that does not exist.`, { seq: stray.seq, position: 1 });
    const found = await rows.take(commit.seq);
    const wrong =
      rowsFault(commit, found) ??
      (commit.prev_hash === head.hash ? null : await linkFault(commit)) ??
      orderFault(commit.seq, last_row, found);
    if (wrong) return wrong;
    last_row = found.at(-1)?.seq ?? last_row;
    verdict.rows += found.length;
    return null;
  };

  const headFault = (commit: AuditCommit): Fault | null => {
    const known = heads.get(commit.seq);
    if (!known || known.hash === commit.hash) return null;
    const since = (verdict.signed_seq ?? begin.seq) + 1;
    const who = known.signed ? 'a signed head' : 'the first entry of a later chain';
    const where = since === commit.seq ? `commit ${commit.seq}` : `one of the commits ${since} to ${commit.seq}`;
    return fault(commit.seq, 'rewritten', `${where} was made anew: ${who} names another hash for commit ${commit.seq}.`);
  };

  for (;;) {
    let commit = await commits.take();
    if (!commit) {
      // A row is never there before its commit: what has none now was put there by somebody.
      const stray = await rows.peek();
      commit = stray ? await commits.take() : undefined;
      if (stray && !commit)
        return broken(
          fault(head.seq + 1, 'inserted', `A row (seq ${stray.seq}) names a commit that does not exist.`, { seq: stray.seq, position: 1 }),
        );
      if (!commit) break;
    }
    const wrong = (await structureFault(commit)) ?? headFault(commit);
    if (wrong) return broken(wrong);
    head = { seq: commit.seq, hash: commit.hash };
    verdict.from_seq ??= commit.seq;
    verdict.to_seq = commit.seq;
    verdict.commits++;
    if (heads.get(commit.seq)?.signed) verdict.signed_seq = commit.seq;
  }
  const furthest = Math.max(0, ...heads.keys());
  if (furthest <= head.seq) return verdict;
  const who = heads.get(furthest)?.signed ? 'A signed head' : 'The first entry of a later chain';
  return broken(
    fault(
      head.seq + 1,
      'end_cut',
      `Commit ${head.seq + 1} is missing: ${who.toLowerCase()} says that the chain reached commit ${furthest}.`,
    ),
  );
};
