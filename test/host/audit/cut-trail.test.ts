import { rmSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createCutTrail } from '../../../host/audit/cut-trail.ts';
import type { Broken } from '../../../host/audit/verdict.ts';
import { openTestTrail, rehashFrom, type TestTrail } from './tamper.ts';

const DAY = 86_400_000;

let trail: TestTrail;
let refused: Broken[];
/** Commits 1 to 3, signed, then a year, then 4 and 5. */
beforeEach(async () => {
  refused = [];
  trail = await openTestTrail([['a', 'b'], ['c']]);
  await trail.keeper.sign();
  trail.home.clock.stall(400 * DAY);
  await trail.write('d');
  await trail.write('e');
  await trail.keeper.sign();
});
afterEach(() => trail.close());

const chain = (): string => trail.home.ledger.auditHead().chain_id;
const cut = (pause: () => Promise<boolean> = async () => true): Promise<number> => {
  const { ledger, clock } = trail.home;
  const run = createCutTrail({
    trail: ledger.trail,
    statements: trail.keeper.statements,
    state: trail.keeper.state,
    verify: () => trail.verify(),
    now: () => clock.now(),
    commit: (unit) => ledger.commit(unit),
    pause,
    on_broken: (broken) => void refused.push(broken),
  });
  return run(clock.now() - 365 * DAY);
};
const subjects = async (): Promise<(string | null)[]> =>
  (await trail.home.database.reader.all<{ subject: string | null }>('SELECT subject FROM audit ORDER BY seq')).map(
    ({ subject }) => subject,
  );

describe('cutting the trail', () => {
  it('removes what is older than the newest head signed by then; an entry names it, and verify begins there', async () => {
    expect(await cut()).toBe(4 + 3);
    expect(await subjects()).toEqual(['d', 'e', chain()]);
    const { rows } = await trail.home.ledger.listAudit({ action: 'audit.cut', limit: 5 });
    expect(JSON.parse(rows[0]?.detail as string)).toMatchObject({ kind: 'cut', chain_id: chain(), seq: 3, key: trail.keeper.key });
    const verdict = await trail.verify();
    expect(verdict).toMatchObject({ ok: true, rows: 3, chains: [{ from_seq: 4, to_seq: 6, cut: { seq: 3 } }] });
    // The entry alone is enough for it, and so is the file alone.
    expect(await trail.verify({ files: [] })).toMatchObject({ ok: true, chains: [{ cut: { seq: 3 } }] });
    // Heads kept elsewhere from before the cut are not held against it.
    expect(await trail.verify({ files: [trail.headsFile()] })).toMatchObject({ ok: true });
  });

  it('is not done again, and leaves no second entry', async () => {
    await cut();
    expect(await cut()).toBe(0);
    expect((await trail.home.ledger.listAudit({ action: 'audit.cut', limit: 5 })).rows).toHaveLength(1);
  });

  it('shows tampering after it as before', async () => {
    await cut();
    await trail.tamper(`UPDATE audit SET actor = 'x' WHERE subject = 'd'`);
    expect((await trail.verify()).broken).toMatchObject({ commit_seq: 4, what: 'changed' });
  });

  it('goes on where it was interrupted; meanwhile verify begins after the cut', async () => {
    const { ledger } = trail.home;
    const head = (await trail.keeper.statements()).findLast(({ seq }) => seq === 3);
    // The process ended after it stated the cut, before the trail named it.
    await trail.keeper.state('cut', head as never);
    expect(await trail.verify()).toMatchObject({ ok: true, chains: [{ from_seq: 4 }] });
    await ledger.commit({ retire: [{ what: 'audit', chain_id: chain(), through_seq: 3, limit: 1 }] });
    expect(await trail.verify()).toMatchObject({ ok: true, chains: [{ from_seq: 4 }] });
    expect(await cut()).toBe(3 + 2);
    expect(await subjects()).toEqual(['d', 'e', chain()]);
  });

  it('happens at no head that was not signed by this host', async () => {
    await trail.keeper.close();
    rmSync(trail.heads_file);
    expect(await cut()).toBe(0);
    expect(await subjects()).toEqual([chain(), 'a', 'b', 'c', 'd', 'e']);
  });

  it('keeps a part that was tampered with, and says so', async () => {
    await trail.tamper(`UPDATE audit SET actor = 'x' WHERE subject = 'b'`);
    expect(await cut()).toBe(0);
    expect(refused).toMatchObject([{ commit_seq: 2, what: 'changed' }]);
    expect(await subjects()).toContain('b');
  });

  it('cannot be played by who may write rows: a beginning that was removed needs a signed cut', async () => {
    await trail.tamperBy(async (db) => {
      await db.exec('DELETE FROM audit WHERE commit_seq <= 3; DELETE FROM audit_commits WHERE seq <= 3');
      const detail = JSON.stringify({
        kind: 'cut',
        chain_id: chain(),
        seq: 3,
        hash: 'h',
        at: new Date(0).toISOString(),
        key: trail.keeper.key,
        signature: 'eA',
      });
      await db.run(`UPDATE audit SET action = 'audit.cut', detail = ? WHERE subject = 'e'`, [detail]);
      await rehashFrom(db, chain(), 5);
    });
    expect((await trail.verify()).broken).toMatchObject({ commit_seq: 1, what: 'commit_missing' });
  });
});
