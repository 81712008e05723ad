/** The trail read chain by chain: to verify it, to export it, to sign its heads, to cut its beginning. */
import type { Connection } from '../connection.ts';
import type { AuditCommit, StoredAuditRow } from './audit.ts';

/** Each distinct value costs one step down the index, however many rows have it. */
const chainsOf = (table: string): string =>
  `WITH RECURSIVE each(id) AS (SELECT min(chain_id) FROM ${table}
    UNION ALL SELECT (SELECT min(chain_id) FROM ${table} WHERE chain_id > each.id) FROM each WHERE each.id IS NOT NULL)
   SELECT id FROM each WHERE id IS NOT NULL`;
const CHAINS = `SELECT id FROM (${chainsOf('audit_commits')}) UNION SELECT id FROM (${chainsOf('audit')})`;

const COMMITS = 'SELECT * FROM audit_commits WHERE chain_id = ? AND seq > ? ORDER BY seq LIMIT ?';

export const ROWS_OF_CHAIN = `SELECT * FROM audit INDEXED BY audit_by_commit
  WHERE chain_id = ? AND (commit_seq, seq) > (?, ?) ORDER BY commit_seq, seq LIMIT ?`;

/** Repeats the condition of the index `audit_of_itself` word for word. */
export const ENTRIES_OF_ITSELF = `SELECT * FROM audit INDEXED BY audit_of_itself
  WHERE action IN ('audit.chain_started', 'audit.cut') ORDER BY seq`;
const ENTRIES_WITHOUT_INDEX = `SELECT * FROM audit WHERE action IN ('audit.chain_started', 'audit.cut') ORDER BY seq`;

export const auditTrail = (db: Connection) => ({
  chains: async (): Promise<string[]> => (await db.all<{ id: string }>(CHAINS)).map(({ id }) => id),
  /** In order, after a number. */
  commits: (chain_id: string, after_seq: number, limit: number): Promise<AuditCommit[]> =>
    db.all<AuditCommit>(COMMITS, [chain_id, after_seq, limit]),
  commit: (chain_id: string, seq: number): Promise<AuditCommit | undefined> =>
    db.get<AuditCommit>('SELECT * FROM audit_commits WHERE chain_id = ? AND seq = ?', [chain_id, seq]),
  newest: (chain_id: string): Promise<AuditCommit | undefined> =>
    db.get<AuditCommit>('SELECT * FROM audit_commits WHERE chain_id = ? ORDER BY seq DESC LIMIT 1', [chain_id]),
  /** In the order of their commits, after a place. */
  rows: (chain_id: string, after: { commit_seq: number; seq: number }, limit: number): Promise<StoredAuditRow[]> =>
    db.all<StoredAuditRow>(ROWS_OF_CHAIN, [chain_id, after.commit_seq, after.seq, limit]),
  /** Entries that name heads of other chains, or where retention cut. A database of an older version has no index for them. */
  entriesOfItself: (): Promise<StoredAuditRow[]> =>
    db.all<StoredAuditRow>(ENTRIES_OF_ITSELF).catch(() => db.all<StoredAuditRow>(ENTRIES_WITHOUT_INDEX)),
  /** About how many rows there are; a count would read them all. */
  size: async (): Promise<number> =>
    (await db.get<{ size: number }>('SELECT (SELECT max(seq) FROM audit) - (SELECT min(seq) FROM audit) + 1 AS size'))?.size ?? 0,
});

export type AuditTrail = ReturnType<typeof auditTrail>;
