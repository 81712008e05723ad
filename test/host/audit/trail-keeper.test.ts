import { copyFileSync, existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseStatement, type Statement } from '../../../host/audit/statement.ts';
import { auditView } from '../../../host/ledger/audit-view.ts';
import { until } from '../../support/until.ts';
import { openTestTrail, type TestTrail } from './tamper.ts';

let trail: TestTrail;
beforeEach(async () => {
  trail = await openTestTrail();
});
afterEach(() => trail.close());

const statements = (): Statement[] =>
  trail
    .headsFile()
    .text.split('\n')
    .flatMap((line) => parseStatement(line) ?? []);
const entries = async () => {
  const { rows } = await trail.home.ledger.listAudit({ after: 0, limit: 100 });
  return rows.map(auditView);
};
const chain = (): string => trail.home.ledger.auditHead().chain_id;

describe('signed heads', () => {
  it('are appended and logged every ten seconds, when there is a new one', async () => {
    expect(statements()).toMatchObject([{ kind: 'head', seq: 1 }]);
    await trail.write('a');
    await trail.write('b');
    trail.home.clock.advance(9_999);
    expect(statements()).toHaveLength(1);
    trail.home.clock.advance(1);
    // The log is told last, when the line is on the disk.
    await until(
      () => trail.logged.filter((fields) => 'audit' in fields).length,
      (count) => count === 2,
      'the second head',
    );
    const written = statements();
    expect(written).toHaveLength(2);
    expect(written[1]).toMatchObject({ chain_id: chain(), seq: 3, hash: trail.home.ledger.auditHead().hash });
    expect(trail.logged).toContainEqual({ audit: written[1] });
    await until(
      () => trail.home.clock.armed(),
      (armed) => armed > 0,
      'the next turn',
    );
    trail.home.clock.advance(10_000);
    await trail.keeper.sign();
    expect(statements()).toHaveLength(2);
  });

  it('are signed at the end as well', async () => {
    await trail.write('a');
    await trail.keeper.close();
    expect(statements().at(-1)).toMatchObject({ kind: 'head', seq: 2 });
  });

  it('of a process that was killed are signed by the next', async () => {
    await trail.write('a');
    await trail.restart({ killed: true });
    expect(statements().some(({ seq }) => seq === 2)).toBe(true);
  });

  it('follow a line that a crash cut off on a line of their own', async () => {
    writeFileSync(trail.heads_file, `${trail.headsFile().text}{"kind":"head","chain`);
    await trail.write('a');
    await trail.restart({ killed: true });
    expect(await trail.verify()).toMatchObject({ ok: true, head_faults: [] });
    expect(statements().at(-1)).toMatchObject({ seq: 2 });
  });
});

describe('the key of the trail', () => {
  it('is made once, readable by its owner only, and is not in the log', async () => {
    const file = path.join(trail.home.dir, 'store/keys/audit.key');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const pem = readFileSync(file, 'utf8');
    const secret = pem.split('\n')[1] as string;
    await trail.restart();
    expect(readFileSync(file, 'utf8')).toBe(pem);
    expect(JSON.stringify([trail.logged, trail.headsFile()])).not.toContain(secret);
  });

  it('that was lost is made anew, which the trail and the verdict say', async () => {
    const before = trail.keeper.key;
    await trail.keeper.close();
    rmSync(path.join(trail.home.dir, 'store/keys/audit.key'));
    await trail.restart();
    expect(trail.keeper.key).not.toBe(before);
    expect((await entries()).at(-1)).toMatchObject({ action: 'audit.key_made', detail: { key: trail.keeper.key } });
    expect(await trail.verify()).toMatchObject({ ok: false, broken: null, head_faults: [{ line: 1, what: 'unknown_key' }] });
    expect(await trail.verify({ trusted: [before, trail.keeper.key] })).toMatchObject({ ok: true });
  });

  it('whose file holds something else stops the start with the fix', async () => {
    await trail.keeper.close();
    writeFileSync(path.join(trail.home.dir, 'store/keys/audit.key'), 'nothing of the kind');
    await expect(trail.restart()).rejects.toMatchObject({ code: 'KEY_MISMATCH', hint: expect.stringContaining('--key') });
  });
});

describe('a chain', () => {
  it('of a new home begins with an entry that names no other, and the key', async () => {
    expect(await entries()).toMatchObject([
      { commit_seq: 1, action: 'audit.chain_started', subject: chain(), detail: { heads: [], key: trail.keeper.key } },
    ]);
  });

  it('goes on after a restart', async () => {
    const before = chain();
    await trail.write('a');
    await trail.restart();
    await trail.write('b');
    expect(trail.home.ledger.auditHead()).toMatchObject({ chain_id: before, seq: 3 });
    expect(await trail.verify()).toMatchObject({ ok: true, commits: 3 });
  });

  it('goes on after its file of heads was taken away', async () => {
    const before = chain();
    await trail.write('a');
    await trail.keeper.close();
    rmSync(trail.heads_file);
    await trail.restart();
    expect(chain()).toBe(before);
    expect(existsSync(trail.heads_file)).toBe(true);
  });

  it('is not gone on with in a database from before: a new one names the heads there are and those that are missing', async () => {
    const { home } = trail;
    const old = chain();
    await trail.write('a');
    await trail.keeper.sign();
    const backup = path.join(home.dir, 'backup.db');
    await trail.restart({ between: () => copyFileSync(home.file, backup) });
    await trail.write('lost');
    const lost = home.ledger.auditHead();
    await trail.restart({ between: () => copyFileSync(backup, home.file) });
    expect(chain()).not.toBe(old);
    expect((await entries()).at(-1)).toMatchObject({
      commit_seq: 1,
      action: 'audit.chain_started',
      detail: { heads: [{ chain_id: old, seq: 2 }], missing: [lost] },
    });
    const next = chain();
    await trail.write('b');
    await trail.restart();
    expect(chain()).toBe(next);
    expect((await trail.verify()).broken).toMatchObject({ chain_id: old, commit_seq: 3, what: 'end_cut' });
    expect((await trail.verify({ files: [] })).ok).toBe(true);
  });

  it('vouches for the heads that its first entry names', async () => {
    const { home } = trail;
    const old = chain();
    await trail.write('a');
    await trail.keeper.close();
    // Somebody takes the rows of the newest commits away: the trail does not know any more who wrote last.
    await trail.tamper('CREATE TABLE kept AS SELECT * FROM audit', 'DELETE FROM audit');
    await trail.restart();
    expect(chain()).not.toBe(old);
    await trail.tamper('INSERT INTO audit SELECT * FROM kept', 'DROP TABLE kept');
    expect((await trail.verify({ files: [] })).ok).toBe(true);
    await trail.tamper(
      `DELETE FROM audit WHERE chain_id = '${old}' AND commit_seq = 2`,
      `DELETE FROM audit_commits WHERE chain_id = '${old}' AND seq = 2`,
    );
    expect((await trail.verify({ files: [] })).broken).toMatchObject({ chain_id: old, commit_seq: 2, what: 'end_cut' });
    expect(home.ledger.auditHead().chain_id).not.toBe(old);
  });
});
