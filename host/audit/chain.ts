/**
 * The hash chain: each commit's hash covers the one before it and the digests of its own rows, in order.
 * A changed, deleted, inserted or reordered row breaks the commit it stands in and every one after.
 */
import { createHash } from 'node:crypto';
import type { AuditCommit, AuditRow } from '../db/tables/audit.ts';

export const GENESIS = '0'.repeat(64);

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** The digest of one row: every stored field in a fixed order, as JSON, so that no two rows share a text. */
export const rowDigest = (row: AuditRow): string =>
  sha256(
    JSON.stringify([row.chain_id, row.commit_seq, row.at, row.actor, row.action, row.person_id, row.subject, row.decision, row.detail]),
  );

/** The commit that holds `rows` and follows `prev_hash`. */
export const chainCommit = (chain_id: string, seq: number, prev_hash: string, rows: readonly AuditRow[]): AuditCommit => {
  const rows_hash = sha256(rows.map(rowDigest).join(''));
  const hash = sha256(JSON.stringify([chain_id, seq, prev_hash, rows_hash]));
  return { chain_id, seq, prev_hash, rows_hash, hash };
};

/** Where a chain stands: what the next commit follows. */
export interface ChainHead {
  chain_id: string;
  seq: number;
  hash: string;
}
