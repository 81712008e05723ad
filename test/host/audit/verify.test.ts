import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { verifyTrail } from '../../../host/audit/verify-trail.ts';
import { openConnection } from '../../../host/db/connection.ts';
import { auditTrail } from '../../../host/db/tables/audit-trail.ts';
import { openTestTrail, rehashFrom, type TestTrail } from './tamper.ts';

let trail: TestTrail;
/** Commit 1 begins the chain; the rows of 2, 3 and 4 are named. */
beforeEach(async () => {
  trail = await openTestTrail([['a', 'b', 'c'], ['d'], ['e', 'f', 'g']]);
});
afterEach(() => trail.close());

const seqOf = async (subject: string): Promise<number> =>
  ((await trail.home.database.reader.get<{ seq: number }>('SELECT seq FROM audit WHERE subject = ?', [subject])) as { seq: number }).seq;
const chain = (): string => trail.home.ledger.auditHead().chain_id;

describe('verify', () => {
  it('finds nothing wrong with what was written, counts it, and says how far it is signed', async () => {
    await trail.keeper.sign();
    await trail.write('after');
    const verdict = await trail.verify();
    expect(verdict).toMatchObject({ ok: true, broken: null, head_faults: [], commits: 5, rows: 9 });
    expect(verdict.chains).toMatchObject([{ chain_id: chain(), from_seq: 1, to_seq: 5, signed_seq: 4, cut: null }]);
  });

  it('finds nothing wrong with commits of an older version, which have no digests', async () => {
    await trail.tamper('UPDATE audit_commits SET digests = NULL');
    expect(await trail.verify()).toMatchObject({ ok: true, commits: 4 });
  });

  it.each([
    ['changed', `UPDATE audit SET decision = 'allowed' WHERE subject = 'b'`, 2, 'changed', 'b', 2],
    ['changed in its time', `UPDATE audit SET at = at + 1 WHERE subject = 'd'`, 3, 'changed', 'd', 1],
    ['changed to a blob of the same bytes', `UPDATE audit SET actor = CAST(actor AS BLOB) WHERE subject = 'g'`, 4, 'changed', 'g', 3],
    ['deleted', `DELETE FROM audit WHERE subject = 'b'`, 2, 'deleted', null, 2],
    ['deleted at the end of a commit', `DELETE FROM audit WHERE subject = 'g'`, 4, 'deleted', null, 3],
    ['deleted as the only one of its commit', `DELETE FROM audit WHERE subject = 'd'`, 3, 'deleted', null, 1],
    [
      'inserted behind a commit',
      `INSERT INTO audit (chain_id, commit_seq, at, actor, action, subject) SELECT chain_id, 2, at, actor, action, 'x' FROM audit WHERE subject = 'a'`,
      2,
      'inserted',
      'x',
      4,
    ],
    [
      'inserted between two',
      `UPDATE audit SET seq = seq + 100 WHERE seq > (SELECT seq FROM audit WHERE subject = 'a');
       INSERT INTO audit (seq, chain_id, commit_seq, at, actor, action, subject) SELECT seq + 1, chain_id, 2, at, actor, action, 'x' FROM audit WHERE subject = 'a'`,
      2,
      'inserted',
      'x',
      2,
    ],
    ['put in another order', `UPDATE audit SET seq = 1000 WHERE subject = 'a'`, 2, 'reordered', 'b', 1],
    ['moved behind the commits after it', `UPDATE audit SET seq = 1000 WHERE subject = 'd'`, 4, 'reordered', 'e', 1],
    ['moved to another commit', `UPDATE audit SET commit_seq = 3 WHERE subject = 'c'`, 2, 'deleted', null, 3],
    [
      'put before the first commit',
      `INSERT INTO audit (chain_id, commit_seq, at, actor, action, subject) SELECT chain_id, 0, at, actor, action, 'x' FROM audit WHERE subject = 'a'`,
      1,
      'inserted',
      'x',
      1,
    ],
    ['given to a commit that does not exist', `UPDATE audit SET commit_seq = 9 WHERE subject = 'g'`, 4, 'deleted', null, 3],
  ])('names a row that was %s, and its commit', async (_how, sql, commit_seq, what, subject, position) => {
    const seq = subject === null ? null : undefined;
    await trail.tamper(sql);
    const expected = { chain_id: chain(), commit_seq, what, row: { seq: seq === null ? null : await seqOf(subject as string), position } };
    expect(await trail.verify()).toMatchObject({ ok: false, broken: expected });
  });

  it.each([
    ['its hash', `UPDATE audit_commits SET hash = prev_hash WHERE seq = 3`, 3, 'commit_changed'],
    ['the hash before', `UPDATE audit_commits SET prev_hash = hash WHERE seq = 3`, 3, 'commit_changed'],
    ['the hash of its rows', `UPDATE audit_commits SET rows_hash = hash WHERE seq = 2`, 2, 'commit_changed'],
    ['the digests of its rows', `UPDATE audit_commits SET digests = replace(digests, 'a', 'b') WHERE seq = 4`, 4, 'commit_changed'],
    ['its number', `UPDATE audit_commits SET seq = 30 WHERE seq = 3`, 3, 'commit_missing'],
  ])('names a commit that was changed in %s', async (_what, sql, commit_seq, what) => {
    await trail.tamper(sql);
    expect((await trail.verify()).broken).toMatchObject({ commit_seq, what });
  });

  it.each([
    ['in the middle, with its rows', `DELETE FROM audit WHERE commit_seq = 3; DELETE FROM audit_commits WHERE seq = 3`, 3],
    ['in the middle, without them', `DELETE FROM audit_commits WHERE seq = 3`, 3],
    ['at the beginning', `DELETE FROM audit WHERE commit_seq < 3; DELETE FROM audit_commits WHERE seq < 3`, 1],
  ])('names commits that were deleted %s', async (_where, sql, commit_seq) => {
    await trail.tamper(sql);
    expect((await trail.verify()).broken).toMatchObject({ commit_seq, what: 'commit_missing' });
  });

  it('names two commits that changed their places, and one that was put in', async () => {
    await trail.tamper(
      'UPDATE audit_commits SET seq = -seq WHERE seq IN (2, 3)',
      'UPDATE audit_commits SET seq = 5 + seq WHERE seq IN (-2, -3)',
      'UPDATE audit_commits SET seq = seq - 0 WHERE seq = 2',
    );
    expect((await trail.verify()).broken).toMatchObject({ commit_seq: 2 });
  });

  it('names a commit without rows, however well it is hashed', async () => {
    await trail.tamperBy(async (db) => {
      await db.run(`INSERT INTO audit_commits SELECT chain_id, 5, hash, '', '', '' FROM audit_commits WHERE seq = 4`);
      await rehashFrom(db, chain(), 5);
    });
    expect((await trail.verify()).broken).toMatchObject({ commit_seq: 5, what: 'commit_inserted' });
  });

  it('names the commit that was made anew to fit a changed row, although it fits itself', async () => {
    await trail.tamperBy(async (db) => {
      await db.exec(`UPDATE audit SET decision = 'allowed' WHERE subject = 'b'`);
      await db.exec('CREATE TEMP TABLE kept AS SELECT * FROM audit_commits WHERE seq > 2');
      await rehashFrom(db, chain(), 2);
      await db.exec('DELETE FROM audit_commits WHERE seq > 2; INSERT INTO audit_commits SELECT * FROM kept');
    });
    expect((await trail.verify()).broken).toMatchObject({ commit_seq: 2, what: 'rewritten' });
  });

  it('names rows of a chain that has no commits', async () => {
    await trail.tamper(`INSERT INTO audit (chain_id, commit_seq, at, actor, action) VALUES ('made up', 1, 1, 'host', 'test')`);
    expect((await trail.verify()).broken).toMatchObject({ chain_id: 'made up', commit_seq: 1, what: 'inserted' });
  });
});

describe('signed heads', () => {
  const cutTheEnd = (from: number) => [`DELETE FROM audit WHERE commit_seq >= ${from}`, `DELETE FROM audit_commits WHERE seq >= ${from}`];

  it('show an end that was cut off, which the chain alone cannot', async () => {
    await trail.keeper.sign();
    await trail.tamper(...cutTheEnd(3));
    expect((await trail.verify({ files: [] })).ok).toBe(true);
    expect((await trail.verify()).broken).toMatchObject({ commit_seq: 3, what: 'end_cut', row: null });
  });

  it('show a chain of which nothing is left', async () => {
    await trail.keeper.sign();
    await trail.tamper(...cutTheEnd(1));
    expect((await trail.verify()).broken).toMatchObject({ chain_id: chain(), commit_seq: 1, what: 'end_cut' });
  });

  it('show a chain that was cut and made anew with the same length', async () => {
    await trail.write('signed');
    await trail.keeper.sign();
    await trail.tamperBy(async (db) => {
      await db.exec(`UPDATE audit SET decision = 'allowed' WHERE subject = 'd'`);
      await rehashFrom(db, chain(), 3);
    });
    expect((await trail.verify({ files: [] })).ok).toBe(true);
    expect((await trail.verify()).broken).toMatchObject({ commit_seq: 5, what: 'rewritten', message: expect.stringContaining('2 to 5') });
  });

  it('narrow down where it was made anew: the first commit that they do not vouch for', async () => {
    await trail.keeper.sign();
    await trail.write('h');
    await trail.keeper.sign();
    await trail.tamperBy(async (db) => {
      await db.exec(`UPDATE audit SET decision = 'allowed' WHERE subject = 'h'`);
      await rehashFrom(db, chain(), 5);
    });
    expect((await trail.verify()).broken).toMatchObject({ commit_seq: 5, what: 'rewritten', message: expect.stringMatching(/^commit 5 /) });
  });

  it('kept elsewhere show it too, when those at home were cut as well', async () => {
    await trail.keeper.sign();
    const outside = trail.headsFile();
    await trail.tamper(...cutTheEnd(4));
    const verdict = await trail.verify({
      files: [
        { file: 'audit-heads.log', text: '' },
        { ...outside, file: 'outside.log' },
      ],
    });
    expect(verdict.broken).toMatchObject({ commit_seq: 4, what: 'end_cut' });
  });

  it('with a wrong signature are told by line, and prove nothing', async () => {
    await trail.keeper.sign();
    const [line] = trail.headsFile().text.split('\n').slice(-2) as [string];
    const forged = line.replace(/"seq":\d+/, '"seq":99');
    const verdict = await trail.verify({ files: [{ file: 'heads', text: `${line}\n${forged}\nnonsense\n` }] });
    expect(verdict).toMatchObject({
      ok: false,
      broken: null,
      heads: 1,
      head_faults: [
        { file: 'heads', line: 2, what: 'bad_signature' },
        { file: 'heads', line: 3, what: 'unreadable' },
      ],
    });
  });

  it('of another key are told, until that key is named as one to trust', async () => {
    await trail.keeper.sign();
    const verdict = await trail.verify({ trusted: [] });
    expect(verdict).toMatchObject({ ok: false, broken: null, head_faults: [{ line: 1, what: 'unknown_key' }, { line: 2 }] });
    expect((await trail.verify({ trusted: ['x', trail.keeper.key] })).ok).toBe(true);
  });

  it('whose last line is only half there are read up to it: it may be written at this moment', async () => {
    await trail.keeper.sign();
    const { text } = trail.headsFile();
    expect(await trail.verify({ files: [{ file: 'heads', text: text.slice(0, -20) }] })).toMatchObject({ ok: true, heads: 1 });
  });
});

describe('a running host', () => {
  it('writes on while the trail is verified through a connection that only reads', async () => {
    const reader = await openConnection(trail.home.file, { readonly: true });
    let writing = true;
    const traffic = (async () => {
      for (let n = 0; writing; n++) await trail.write(`t${n}`, `u${n}`);
    })();
    const rows: number[] = [];
    const grown = (): boolean => (rows.at(-1) ?? 0) > (rows[0] ?? 0);
    for (let round = 0; round < 5 || (!grown() && round < 1000); round++) {
      const verdict = await verifyTrail(auditTrail(reader), { files: [trail.headsFile()], trusted: [trail.keeper.key] });
      expect(verdict.broken).toBeNull();
      rows.push(verdict.rows);
    }
    writing = false;
    await traffic;
    await reader.close();
    expect(grown()).toBe(true);
  });
});
