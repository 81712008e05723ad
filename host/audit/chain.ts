/**
 * The hash chain: each commit's hash covers the one before it and the digests of its own rows, in order.
 * A changed, deleted, inserted or reordered row breaks the commit it stands in and every one after.
 */
import { hash as digestOf } from 'node:crypto';
import type { AuditCommit, AuditRow } from '../db/tables/audit.ts';

export const GENESIS = '0'.repeat(64);

const sha256 = (text: string): string => digestOf('sha256', text);

/** The digest of one row: every stored field in a fixed order, as JSON, so that no two rows share a text. */
export const rowDigest = (row: AuditRow): string =>
  sha256(
    JSON.stringify([row.chain_id, row.commit_seq, row.at, row.actor, row.action, row.person_id, row.subject, row.decision, row.detail]),
  );

/** Over the digests of a commit's rows, one behind the other. */
export const rowsHash = (digests: string): string => sha256(digests);

export const commitHash = (chain_id: string, seq: number, prev_hash: string, rows_hash: string): string =>
  sha256(JSON.stringify([chain_id, seq, prev_hash, rows_hash]));

/** The commit that holds `rows` and follows `prev_hash`. */
export const chainCommit = (chain_id: string, seq: number, prev_hash: string, rows: readonly AuditRow[]): AuditCommit => {
  const digests = rows.map(rowDigest).join('');
  const rows_hash = rowsHash(digests);
  return { chain_id, seq, prev_hash, rows_hash, hash: commitHash(chain_id, seq, prev_hash, rows_hash), digests };
};

/** Where a chain stands: what the next commit follows. */
export interface ChainHead {
  chain_id: string;
  seq: number;
  hash: string;
}
