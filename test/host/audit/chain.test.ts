import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { chainCommit, GENESIS, rowDigest } from '../../../host/audit/chain.ts';
import { openConnection } from '../../../host/db/connection.ts';
import type { AuditRow } from '../../../host/db/tables/audit.ts';
import { openTestLedger, type TestLedger } from '../ledger/fixture.ts';
import { verifyChain } from './verify-chain.ts';

const row = (fields: Partial<AuditRow> = {}): AuditRow => ({
  chain_id: 'c',
  commit_seq: 1,
  at: 5,
  actor: 'host',
  action: 'message.decided',
  person_id: null,
  subject: null,
  decision: null,
  detail: null,
  ...fields,
});

describe('the digest of a row', () => {
  it('differs with every field, and nothing slips from one field into the next', () => {
    const rows = [
      row(),
      row({ chain_id: 'd' }),
      row({ commit_seq: 2 }),
      row({ at: 6 }),
      row({ actor: 'hos', action: 'tmessage.decided' }),
      row({ action: 'x' }),
      row({ person_id: 'p' }),
      row({ subject: 'p' }),
      row({ decision: 'p' }),
      row({ detail: 'p' }),
      row({ detail: '' }),
      row({ subject: 'null' }),
    ];
    expect(new Set(rows.map(rowDigest)).size).toBe(rows.length);
  });
});

describe('the hash of a commit', () => {
  it('covers the one before, the chain, the number and the order of its rows', () => {
    const rows = [row({ subject: 'a' }), row({ subject: 'b' })];
    const commits = [
      chainCommit('c', 1, GENESIS, rows),
      chainCommit('c', 1, GENESIS, [...rows].reverse()),
      chainCommit('c', 1, GENESIS, rows.slice(1)),
      chainCommit('c', 1, 'f'.repeat(64), rows),
      chainCommit('c', 2, GENESIS, rows),
      chainCommit('d', 1, GENESIS, rows),
    ];
    expect(new Set(commits.map(({ hash }) => hash)).size).toBe(commits.length);
  });
});

describe('the audit trail of a ledger', () => {
  let home: TestLedger;
  beforeEach(async () => {
    home = await openTestLedger();
    for (const subjects of [['a', 'b'], ['c'], ['d', 'e', 'f']]) {
      await home.ledger.commit({
        audit: subjects.map((subject) => ({
          at: home.clock.now(),
          actor: 'cli:ada',
          action: 'test',
          subject,
          detail: { text: `quotes " and \u{1f600} of ${subject}`, nothing: null, list: [1, 2] },
        })),
      });
    }
  });
  afterEach(() => home.close());

  const tamper = async (sql: string): Promise<void> => {
    const db = await openConnection(home.file);
    await db.exec(sql);
    await db.close();
  };

  it('can be recomputed from what is stored', async () => {
    expect(await verifyChain(home.database.reader)).toBeNull();
    expect(await home.database.reader.all('SELECT seq FROM audit_commits')).toHaveLength(3);
  });

  it('goes on with the same chain after a restart', async () => {
    await home.reopen();
    await home.ledger.commit({ audit: [{ at: 1, actor: 'host', action: 'test' }] });
    const commits = await home.database.reader.all<{ chain_id: string; seq: number }>(
      'SELECT chain_id, seq FROM audit_commits ORDER BY seq',
    );
    expect(new Set(commits.map(({ chain_id }) => chain_id)).size).toBe(1);
    expect(commits.map(({ seq }) => seq)).toEqual([1, 2, 3, 4]);
    expect(await verifyChain(home.database.reader)).toBeNull();
  });

  it('writes no commit for a transaction without audit rows', async () => {
    await home.ledger.commit({ settings: [{ name: 'a', value: 'b', at: 1, actor: 'host', reason: null }] });
    expect(await home.database.reader.all('SELECT seq FROM audit_commits')).toHaveLength(3);
  });

  it.each([
    ['changed', `UPDATE audit SET decision = 'allowed' WHERE subject = 'c'`, 2],
    ['deleted', `DELETE FROM audit WHERE subject = 'b'`, 1],
    ['deleted with its commit', `DELETE FROM audit WHERE subject = 'c'; DELETE FROM audit_commits WHERE seq = 2`, 3],
    ['reordered', `UPDATE audit SET seq = 100 WHERE subject = 'd'`, 3],
    ['moved to another commit', `UPDATE audit SET commit_seq = 2 WHERE subject = 'b'`, 1],
    ['inserted', `INSERT INTO audit (chain_id, commit_seq, at, actor, action) SELECT chain_id, 3, 1, 'host', 'test' FROM audit LIMIT 1`, 3],
  ])('shows a row that was %s', async (_how, sql, commit) => {
    await tamper(sql);
    expect(await verifyChain(home.database.reader)).toMatch(new RegExp(` ${commit}$`));
  });

  it('stays writable, and shows the gap, after its newest rows were removed', async () => {
    await home.reopen();
    await tamper(`DELETE FROM audit WHERE commit_seq = 3`);
    await home.reopen();
    await home.ledger.commit({ audit: [{ at: 1, actor: 'host', action: 'after' }] });
    expect(await verifyChain(home.database.reader)).toMatch(/ 3$/);
  });
});
