/** A trail of a few commits in a real database, and a second connection to it that means ill. */

import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { chainCommit, GENESIS } from '../../../host/audit/chain.ts';
import type { HeadsFile } from '../../../host/audit/evidence.ts';
import { openTrailKeeper, type TrailKeeper } from '../../../host/audit/trail-keeper.ts';
import type { Verdict } from '../../../host/audit/verdict.ts';
import { verifyTrail } from '../../../host/audit/verify-trail.ts';
import { type Connection, openConnection } from '../../../host/db/connection.ts';
import type { AuditCommit, StoredAuditRow } from '../../../host/db/tables/audit.ts';
import { auditTrail } from '../../../host/db/tables/audit-trail.ts';
import { openTestLedger, type TestLedger } from '../ledger/fixture.ts';

export interface TestTrail {
  home: TestLedger;
  keeper: TrailKeeper;
  heads_file: string;
  /** What was logged of statements. */
  logged: object[];
  /** One commit with a row for each subject. */
  write(...subjects: string[]): Promise<void>;
  /** Through a second connection. */
  tamper(...statements: string[]): Promise<void>;
  /** The same, with code. */
  tamperBy(work: (db: Connection) => Promise<void>): Promise<void>;
  verify(options?: { files?: HeadsFile[]; trusted?: string[] }): Promise<Verdict>;
  headsFile(): HeadsFile;
  /** Stops and starts again. `killed`: without a last signature. `between` happens while nothing runs. */
  restart(options?: { killed?: boolean; between?: () => void }): Promise<void>;
  close(): Promise<void>;
}

const keeperOf = (home: TestLedger, heads_file: string, logged: object[]): Promise<TrailKeeper> =>
  openTrailKeeper({
    keys_dir: path.join(home.dir, 'store/keys'),
    heads_file,
    clock: home.clock,
    log: (fields) => logged.push(fields),
    on_error(error) {
      throw error;
    },
  });

/** `first`: subjects of the commits that it begins with. The first commit of all names the heads of other chains. */
export const openTestTrail = async (first: readonly string[][] = []): Promise<TestTrail> => {
  const home = await openTestLedger({ continues: (last, trail) => made.keeper.continues(last, trail) });
  const heads_file = path.join(home.dir, 'store/audit-heads.log');
  const logged: object[] = [];
  const made: TestTrail = {
    home,
    keeper: await keeperOf(home, heads_file, logged),
    heads_file,
    logged,
    async write(...subjects) {
      await home.ledger.commit({
        audit: subjects.map((subject) => ({
          at: home.clock.now(),
          actor: 'cli:ada',
          action: 'test',
          subject,
          detail: { text: `of ${subject} " ,\n`, channel_id: 'telegram' },
        })),
      });
    },
    tamper: (...statements) => made.tamperBy((db) => db.exec(statements.join(';'))),
    async tamperBy(work) {
      const db = await openConnection(home.file);
      try {
        await work(db);
      } finally {
        await db.close();
      }
    },
    verify: ({ files = [made.headsFile()], trusted = [made.keeper.key] } = {}) =>
      verifyTrail(auditTrail(home.database.reader), { files, trusted }),
    headsFile: () => ({ file: 'audit-heads.log', text: existsSync(heads_file) ? readFileSync(heads_file, 'utf8') : '' }),
    async restart({ killed = false, between } = {}) {
      if (!killed) await made.keeper.close();
      made.keeper = await keeperOf(home, heads_file, logged);
      await home.reopen(between);
      await made.keeper.attach(home.ledger, { regularly: false });
    },
    async close() {
      await made.keeper.close();
      await home.close();
    },
  };
  await made.keeper.attach(home.ledger, { regularly: true });
  for (const subjects of first) await made.write(...subjects);
  return made;
};

/** What somebody does who knows how the hashes are made: every commit from one on made anew from the rows that are there. */
export const rehashFrom = async (db: Connection, chain_id: string, seq: number): Promise<void> => {
  const before = await db.get<AuditCommit>('SELECT * FROM audit_commits WHERE chain_id = ? AND seq = ?', [chain_id, seq - 1]);
  let prev = before?.hash ?? GENESIS;
  const commits = await db.all<AuditCommit>('SELECT * FROM audit_commits WHERE chain_id = ? AND seq >= ? ORDER BY seq', [chain_id, seq]);
  for (const commit of commits) {
    const rows = await db.all<StoredAuditRow>('SELECT * FROM audit WHERE chain_id = ? AND commit_seq = ? ORDER BY seq', [
      chain_id,
      commit.seq,
    ]);
    const made = chainCommit(chain_id, commit.seq, prev, rows);
    await db.run('UPDATE audit_commits SET prev_hash = ?, rows_hash = ?, hash = ?, digests = ? WHERE chain_id = ? AND seq = ?', [
      made.prev_hash,
      made.rows_hash,
      made.hash,
      made.digests,
      chain_id,
      commit.seq,
    ]);
    prev = made.hash;
  }
};
