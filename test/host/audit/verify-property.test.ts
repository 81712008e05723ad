/** Whatever is done to the trail: the first commit that differs is the one that is named. */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { verifyTrail } from '../../../host/audit/verify-trail.ts';
import { type Connection, openConnection } from '../../../host/db/connection.ts';
import type { AuditCommit, StoredAuditRow } from '../../../host/db/tables/audit.ts';
import { auditTrail } from '../../../host/db/tables/audit-trail.ts';
import { openTestTrail, rehashFrom, type TestTrail } from './tamper.ts';

const COMMITS = 8;
/** Rows in commit n: 1, 2, 3, 1, 2, … */
const rowsIn = (commit: number): number => (commit === 1 ? 1 : 1 + ((commit - 2) % 3));

let trail: TestTrail;
let db: Connection;
let chain_id: string;
beforeAll(async () => {
  trail = await openTestTrail();
  for (let commit = 2; commit <= COMMITS; commit++) {
    await trail.write(...Array.from({ length: rowsIn(commit) }, (_, row) => `${commit}.${row + 1}`));
    if (commit % 3 === 0) await trail.keeper.sign();
  }
  await trail.keeper.sign();
  chain_id = trail.home.ledger.auditHead().chain_id;
  db = await openConnection(trail.home.file);
});
afterAll(async () => {
  await db.close();
  await trail.close();
});

/** What each commit is made of, without `seq`: only the order of rows counts. */
const picture = async (): Promise<Map<number, string>> => {
  const rows = await db.all<StoredAuditRow>('SELECT * FROM audit ORDER BY commit_seq, seq');
  const commits = await db.all<AuditCommit>('SELECT * FROM audit_commits');
  const parts = new Map<number, unknown[]>();
  for (const { seq: _, ...row } of rows) parts.set(row.commit_seq, [...(parts.get(row.commit_seq) ?? []), row]);
  for (const commit of commits) parts.set(commit.seq, [commit, ...(parts.get(commit.seq) ?? [])]);
  return new Map([...parts].map(([commit, part]) => [commit, JSON.stringify(part)]));
};

const firstDifference = (was: Map<number, string>, is: Map<number, string>): number | null => {
  const commits = [...new Set([...was.keys(), ...is.keys()])].sort((a, b) => a - b);
  return commits.find((commit) => was.get(commit) !== is.get(commit)) ?? null;
};

type Edit = (on: Connection) => Promise<void>;
const ROW = `(SELECT seq FROM audit ORDER BY seq LIMIT 1 OFFSET ?)`;
const nth = fc.nat({ max: 13 });
const commit = fc.integer({ min: 1, max: COMMITS });
const hex = fc.string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: 64, maxLength: 64 });

const edit: fc.Arbitrary<Edit> = fc.oneof(
  fc
    .record({
      row: nth,
      column: fc.constantFrom('actor', 'action', 'person_id', 'subject', 'decision', 'detail'),
      value: fc.option(fc.string({ maxLength: 5 })),
    })
    .map(
      ({ row, column, value }): Edit =>
        (on) =>
          on.run(`UPDATE audit SET ${column} = ? WHERE seq = ${ROW}`, [
            column === 'actor' || column === 'action' ? (value ?? '') : value,
            row,
          ]),
    ),
  fc.record({ row: nth, by: fc.integer() }).map(
    ({ row, by }): Edit =>
      (on) =>
        on.run(`UPDATE audit SET at = at + ? WHERE seq = ${ROW}`, [by, row]),
  ),
  nth.map(
    (row): Edit =>
      (on) =>
        on.run(`DELETE FROM audit WHERE seq = ${ROW}`, [row]),
  ),
  fc.record({ row: nth, to: commit }).map(
    ({ row, to }): Edit =>
      (on) =>
        on.run(`UPDATE audit SET commit_seq = ? WHERE seq = ${ROW}`, [to, row]),
  ),
  fc.record({ like: nth, into: commit, subject: fc.string({ maxLength: 3 }) }).map(
    ({ like, into, subject }): Edit =>
      (on) =>
        on.run(
          `INSERT INTO audit (chain_id, commit_seq, at, actor, action, subject) SELECT chain_id, ?, at, actor, action, ? FROM audit WHERE seq = ${ROW}`,
          [into, subject, like],
        ),
  ),
  fc.record({ of: commit, column: fc.constantFrom('prev_hash', 'rows_hash', 'hash', 'digests'), value: hex }).map(
    ({ of, column, value }): Edit =>
      (on) =>
        on.run(`UPDATE audit_commits SET ${column} = ? WHERE seq = ?`, [value, of]),
  ),
  commit.map(
    (of): Edit =>
      async (on) => {
        await on.run('DELETE FROM audit_commits WHERE seq = ?', [of]);
        await on.run('DELETE FROM audit WHERE commit_seq = ?', [of]);
      },
  ),
  commit.map(
    (from): Edit =>
      async (on) => {
        await on.run('DELETE FROM audit_commits WHERE seq >= ?', [from]);
        await on.run('DELETE FROM audit WHERE commit_seq >= ?', [from]);
      },
  ),
);

/** Applies the edits, looks, and takes them back. */
const trying = async <Result>(edits: readonly Edit[], look: () => Promise<Result>): Promise<Result> => {
  await db.exec('BEGIN IMMEDIATE');
  try {
    for (const each of edits) await each(db);
    return await look();
  } finally {
    await db.exec('ROLLBACK');
  }
};

const verified = () => verifyTrail(auditTrail(db), { files: [trail.headsFile()], trusted: [trail.keeper.key] });

describe('verify', () => {
  it('names the first commit that is not as it was written, after any edits of rows and commits', async () => {
    const was = await picture();
    await fc.assert(
      fc.asyncProperty(fc.array(edit, { minLength: 1, maxLength: 4 }), async (edits) => {
        await trying(edits, async () => {
          const expected = firstDifference(was, await picture());
          const { ok, broken } = await verified();
          expect(broken?.commit_seq ?? null).toBe(expected);
          expect(ok).toBe(expected === null);
        });
      }),
      { numRuns: 300 },
    );
  });

  it('names the first signed commit after the one from which the chain was made anew, with all its hashes', async () => {
    const signed = [1, 3, 6, COMMITS];
    await fc.assert(
      fc.asyncProperty(commit, fc.integer({ min: 1, max: 1e6 }), async (from, by) => {
        const rewrite: Edit = async (on) => {
          await on.run('UPDATE audit SET at = at + ? WHERE seq = (SELECT max(seq) FROM audit WHERE commit_seq = ?)', [by, from]);
          await rehashFrom(on, chain_id, from);
        };
        const { broken } = await trying([rewrite], verified);
        expect(broken).toMatchObject({ what: 'rewritten', commit_seq: signed.find((seq) => seq >= from) });
      }),
      { numRuns: 40 },
    );
  });

  it('names the first commit after the end, when the end was cut', async () => {
    for (let from = 1; from <= COMMITS; from++) {
      const cut: Edit = async (on) => {
        await on.run('DELETE FROM audit WHERE commit_seq >= ?', [from]);
        await on.run('DELETE FROM audit_commits WHERE seq >= ?', [from]);
      };
      expect((await trying([cut], verified)).broken).toMatchObject({ commit_seq: from, what: 'end_cut' });
    }
  });
});
