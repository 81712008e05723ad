/** What can be asked of the audit trail. */
import type { Verdict } from '../audit/verdict.ts';
import type { AuditFilter } from '../db/tables/audit-list.ts';
import { type AuditView, auditView } from '../ledger/audit-view.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { Page } from './operations.ts';

export interface AuditOperationsDeps {
  ledger: Pick<Ledger, 'listAudit'>;
  /** Recomputes the trail, in a process of its own. */
  verify(): Promise<Verdict>;
}

export const createAuditOperations = ({ ledger, verify }: AuditOperationsDeps) => {
  let running: Promise<Verdict> | null = null;
  return {
    /** A page may be short, or empty, and still name a next one. */
    async list(filter: AuditFilter): Promise<Page<AuditView>> {
      const { rows, next } = await ledger.listAudit(filter);
      return { items: rows.map(auditView), next_cursor: next === null ? null : String(next) };
    },
    /** Whoever asks while one is under way gets its answer: it reads the whole trail. */
    verify(): Promise<Verdict> {
      running ??= verify().finally(() => {
        running = null;
      });
      return running;
    },
  };
};

export type AuditOperations = ReturnType<typeof createAuditOperations>;
