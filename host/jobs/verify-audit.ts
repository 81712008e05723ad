/** The job that verifies the trail: in a process of its own, with a connection of its own that only reads. */
import { readFile } from 'node:fs/promises';
import { setTimeout } from 'node:timers/promises';
import type { HeadsFile } from '../audit/evidence.ts';
import type { Verdict } from '../audit/verdict.ts';
import { verifyTrail } from '../audit/verify-trail.ts';
import { openConnection } from '../db/connection.ts';
import { type AuditTrail, auditTrail } from '../db/tables/audit-trail.ts';
import { report, standBack } from './host-process.ts';

export interface VerifyAuditInput {
  db_file: string;
  /** Read when they exist. */
  heads_files: string[];
  trusted: string[];
}

const textOf = async (file: string): Promise<HeadsFile[]> => {
  try {
    return [{ file, text: await readFile(file, 'utf8') }];
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
};

const REPORT_EVERY_MS = 100;

/** Rests before each page for as long as it worked since the last one: memory and disk know no priorities. */
const restful = (trail: AuditTrail): AuditTrail => {
  let since = performance.now();
  return {
    ...trail,
    async rows(...page) {
      await setTimeout(performance.now() - since);
      since = performance.now();
      return trail.rows(...page);
    },
  };
};

export const run = async (input: VerifyAuditInput): Promise<Verdict> => {
  standBack();
  const files = (await Promise.all(input.heads_files.map(textOf))).flat();
  const db = await openConnection(input.db_file, { readonly: true });
  let reported = performance.now();
  try {
    await db.exec('PRAGMA busy_timeout = 5000; PRAGMA cache_size = -8000;');
    return await verifyTrail(restful(auditTrail(db)), {
      files,
      trusted: input.trusted,
      on_progress(progress) {
        if (performance.now() - reported < REPORT_EVERY_MS) return;
        reported = performance.now();
        report(progress);
      },
    });
  } finally {
    await db.close();
  }
};
