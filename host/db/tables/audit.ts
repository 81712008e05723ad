/** `audit` and `audit_commits`: what was decided, and the chain that shows nothing was changed since. */
import { rowsFrom, tuples } from '../batch-statement.ts';
import type { Connection } from '../connection.ts';

export interface AuditRow {
  chain_id: string;
  commit_seq: number;
  at: number;
  actor: string;
  action: string;
  person_id: string | null;
  subject: string | null;
  decision: string | null;
  /** JSON text, exactly as it was hashed. */
  detail: string | null;
}

export interface AuditCommit {
  chain_id: string;
  seq: number;
  prev_hash: string;
  rows_hash: string;
  hash: string;
  /** What `rows_hash` covers: the digests of the rows, one behind the other. Null in commits of older versions. */
  digests: string | null;
}

export type StoredAuditRow = AuditRow & { seq: number };

const ROW = ['chain_id', 'commit_seq', 'at', 'actor', 'action', 'person_id', 'subject', 'decision', 'detail'] as const;
const INSERT = `INSERT INTO audit (${ROW.join(', ')}) SELECT ${ROW.join(', ')} FROM (${rowsFrom(ROW)}) WHERE true`;
const INSERT_COMMIT = 'INSERT INTO audit_commits (chain_id, seq, prev_hash, rows_hash, hash, digests) VALUES (?, ?, ?, ?, ?, ?)';

export const insertAudit = async (db: Connection, commit: AuditCommit, rows: readonly AuditRow[]): Promise<void> => {
  await db.run(INSERT, [tuples<AuditRow>(ROW, rows)]);
  await db.run(INSERT_COMMIT, [commit.chain_id, commit.seq, commit.prev_hash, commit.rows_hash, commit.hash, commit.digests]);
};

/** The newest commit of the chain that wrote last; the next one follows it even when somebody removed its rows. */
export const lastAuditCommit = (db: Connection): Promise<AuditCommit | undefined> =>
  db.get<AuditCommit>(`SELECT * FROM audit_commits
    WHERE chain_id = (SELECT chain_id FROM audit ORDER BY seq DESC LIMIT 1) ORDER BY seq DESC LIMIT 1`);

/** The newest commit of every chain. */
export const auditHeads = (db: Connection): Promise<Pick<AuditCommit, 'chain_id' | 'seq' | 'hash'>[]> =>
  db.all(`SELECT chain_id, seq, hash FROM audit_commits AS newest
    WHERE seq = (SELECT max(seq) FROM audit_commits WHERE chain_id = newest.chain_id) ORDER BY chain_id`);

export const AUDIT_OF = 'SELECT * FROM audit WHERE subject IN (SELECT value FROM json_each(?)) ORDER BY seq';

export const auditOf = (db: Connection, subjects: readonly string[]): Promise<StoredAuditRow[]> =>
  db.all(AUDIT_OF, [JSON.stringify(subjects)]);

/** Decisions about messages, newest first. */
export const decisionsBefore = (db: Connection, before_seq: number | null, limit: number): Promise<StoredAuditRow[]> =>
  db.all(`SELECT * FROM audit WHERE action = 'message.decided' AND seq < ? ORDER BY seq DESC LIMIT ?`, [
    before_seq ?? Number.MAX_SAFE_INTEGER,
    limit,
  ]);
