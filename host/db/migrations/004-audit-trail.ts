/**
 * The digests of a commit's rows, one behind the other: `rows_hash` covers them, so that they can name the
 * one row that was changed. NULL in commits from before. And a way to the few entries that speak of the
 * trail itself, without reading all of it.
 */
export const auditTrail = `
ALTER TABLE audit_commits ADD COLUMN digests TEXT;
CREATE INDEX audit_of_itself ON audit (seq) WHERE action IN ('audit.chain_started', 'audit.cut');
`;
