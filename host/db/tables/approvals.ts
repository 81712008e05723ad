/** `approvals`: consent to one exact request. A change is judged by the row itself: its state, its hash, its end. */
import type { Connection } from '../connection.ts';
import type { ApprovalChange, ApprovalRow, ApprovalState } from '../unit.ts';

const INSERT = `INSERT INTO approvals (id, kind, request, request_hash, requested_by, requested_at, expires_at, state)
  VALUES (?, ?, ?, ?, ?, ?, ?, 'pending')`;
const CHANGE = `UPDATE approvals SET state = ?2, decided_by = coalesce(?3, decided_by),
    decided_at = CASE WHEN ?3 IS NULL THEN decided_at ELSE ?4 END, used_at = CASE WHEN ?2 = 'used' THEN ?4 ELSE used_at END
  WHERE id = ?1 AND request_hash = ?5 AND expires_at > ?4 AND state IN (SELECT value FROM json_each(?6))
  RETURNING id`;

export const insertApprovals = async (db: Connection, rows: readonly ApprovalRow[]): Promise<void> => {
  for (const { id, kind, request, request_hash, requested_by, requested_at, expires_at } of rows)
    await db.run(INSERT, [id, kind, request, request_hash, requested_by, requested_at, expires_at]);
};

/** The changes that happened. */
export const changeApprovals = async (db: Connection, changes: readonly ApprovalChange[]): Promise<ReadonlySet<ApprovalChange>> => {
  const happened = new Set<ApprovalChange>();
  for (const change of changes) {
    const { id, state, decided_by, at, request_hash, from } = change;
    const rows = await db.all(CHANGE, [id, state, decided_by, at, request_hash, JSON.stringify(from)]);
    if (rows.length > 0) happened.add(change);
  }
  return happened;
};

export interface StoredApproval extends ApprovalRow {
  seq: number;
  state: ApprovalState;
  decided_by: string | null;
  decided_at: number | null;
  used_at: number | null;
}

export const approvalById = (db: Connection, id: string): Promise<StoredApproval | undefined> =>
  db.get<StoredApproval>('SELECT * FROM approvals WHERE id = ?', [id]);

/** Newest first. `open`: those that still wait for somebody or something. */
export const listApprovals = (db: Connection, page: { before: number | null; limit: number }): Promise<StoredApproval[]> =>
  db.all<StoredApproval>('SELECT * FROM approvals WHERE seq < ? ORDER BY seq DESC LIMIT ?', [
    page.before ?? Number.MAX_SAFE_INTEGER,
    page.limit,
  ]);
