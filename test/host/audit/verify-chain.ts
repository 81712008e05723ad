/** Recomputes every chain from what is stored: null when all is as it was written, else the first place that is not. */
import { chainCommit, GENESIS } from '../../../host/audit/chain.ts';
import type { Connection } from '../../../host/db/connection.ts';
import type { AuditCommit, AuditRow } from '../../../host/db/tables/audit.ts';

export const verifyChain = async (db: Connection): Promise<string | null> => {
  const commits = await db.all<AuditCommit>('SELECT * FROM audit_commits ORDER BY chain_id, seq');
  const rows = await db.all<AuditRow>('SELECT * FROM audit ORDER BY seq');
  const heads = new Map<string, { seq: number; hash: string }>();
  let counted = 0;
  for (const stored of commits) {
    const head = heads.get(stored.chain_id) ?? { seq: 0, hash: GENESIS };
    const own = rows.filter((row) => row.chain_id === stored.chain_id && row.commit_seq === stored.seq);
    const made = chainCommit(stored.chain_id, head.seq + 1, head.hash, own);
    if (JSON.stringify(made) !== JSON.stringify({ ...made, ...stored }) || own.length === 0) return `${stored.chain_id} ${stored.seq}`;
    counted += own.length;
    heads.set(stored.chain_id, made);
  }
  return counted === rows.length ? null : 'rows without a commit';
};
