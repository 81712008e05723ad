/** `agentos audit …` on a home whose database somebody else has open. */
import { execFileSync } from 'node:child_process';
import { copyFileSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createProgram } from '../../../host/cli/program.ts';
import { ROOT } from '../../support/home.ts';
import { until } from '../../support/until.ts';
import { openTestTrail, rehashFrom, type TestTrail } from '../audit/tamper.ts';

let trail: TestTrail;
beforeEach(async () => {
  trail = await openTestTrail([['a', 'b'], ['c'], ['=d', 'e,"\n']]);
  await trail.keeper.sign();
});
afterEach(() => trail.close());

const inHome = (name: string): string => path.join(trail.home.dir, name);

const start = (...args: string[]) => {
  const out: string[] = [];
  const err: string[] = [];
  const signals: ((signal: NodeJS.Signals) => void)[] = [];
  const program = createProgram({
    dist_dir: path.join(ROOT, 'dist'),
    env: {},
    cwd: trail.home.dir,
    stdout: { write: (text) => out.push(text) },
    stderr: { write: (text) => err.push(text) },
    on_signal: (_names, listener) => void signals.push(listener),
  });
  const ended = program.parseAsync(['audit', ...args, '--home', trail.home.dir], { from: 'user' });
  return { ended, out: () => out.join(''), err: () => err.join(''), signal: () => void signals.map((listener) => listener('SIGINT')) };
};
const run = async (...args: string[]): Promise<string> => {
  const { ended, out } = start(...args);
  await ended;
  return out();
};
const json = async (...args: string[]) => JSON.parse(await run(...args, '--json'));

describe('audit tail', () => {
  it('shows the newest entries, the oldest of them first', async () => {
    expect((await json('tail', '--limit', '3')).map(({ subject }: { subject: string }) => subject)).toEqual(['c', '=d', 'e,"\n']);
    const table = await run('tail', '--limit', '1');
    expect(table.split('\n')[0]).toMatch(/^SEQ +TIME +ACTOR +ACTION/);
    expect(table.trim().split('\n')).toHaveLength(2);
  });

  it('takes only a channel or an action', async () => {
    await trail.home.ledger.commit({
      audit: [
        { at: 1, actor: 'cli:ada', action: 'channel.enabled', subject: 'slack', decision: 'enabled' },
        { at: 1, actor: 'host', action: 'test', subject: 'x', detail: { channel_id: 'slack' } },
      ],
    });
    const of = async (...args: string[]) => (await json('tail', ...args)).map(({ subject }: { subject: string }) => subject);
    expect(await of('--channel', 'slack')).toEqual(['slack', 'x']);
    expect(await of('--channel', 'slack', '--action', 'test')).toEqual(['x']);
    expect(await of('--action', 'nothing')).toEqual([]);
  });

  it('goes on with what is added until it is told to stop', async () => {
    const following = start('tail', '--follow', '--json', '--limit', '1');
    const subjects = () =>
      following
        .out()
        .trim()
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line).subject);
    await until(subjects, (seen) => seen.length === 1, 'the newest entry');
    await trail.write('new', 'newer');
    await until(subjects, (seen) => seen.join() === 'e,"\n,new,newer', 'what was added');
    following.signal();
    await following.ended;
  });

  it('refuses a limit that is none', async () => {
    await expect(run('tail', '--limit', 'many')).rejects.toMatchObject({ code: 'INVALID_PARAMS' });
  });
});

describe('audit verify', () => {
  it('says what it found, on a thread of its own', async () => {
    expect(await json('verify')).toMatchObject({ ok: true, broken: null, commits: 4, rows: 6, heads: 2 });
    expect(await run('verify')).toContain('as it was written: 6 rows in 4 commits, 2 signed heads compared');
  });

  it('prints the verdict and fails with commit and row when the trail was changed', async () => {
    await trail.tamper(`UPDATE audit SET actor = 'eve' WHERE subject = 'c'`);
    const broken = start('verify', '--json');
    await expect(broken.ended).rejects.toMatchObject({
      code: 'AUDIT_BROKEN',
      message: expect.stringContaining('commit 3: Row 1 of commit 3'),
    });
    expect(JSON.parse(broken.out())).toMatchObject({ ok: false, broken: { commit_seq: 3, what: 'changed' } });
  });

  it('compares heads kept elsewhere, and fails on a signature that is wrong', async () => {
    const outside = inHome('kept-elsewhere.log');
    copyFileSync(trail.heads_file, outside);
    await trail.tamper('DELETE FROM audit WHERE commit_seq >= 3', 'DELETE FROM audit_commits WHERE seq >= 3');
    writeFileSync(trail.heads_file, '');
    expect(await json('verify')).toMatchObject({ ok: true, heads: 0 });
    expect(await run('verify')).toContain('no signed head');
    await expect(run('verify', '--heads', 'kept-elsewhere.log')).rejects.toMatchObject({ message: expect.stringContaining('commit 3') });
    writeFileSync(outside, readFileSync(outside, 'utf8').replaceAll(/"hash":"."/g, '"hash":"0'));
    await expect(run('verify', '--heads', outside)).rejects.toMatchObject({ code: 'AUDIT_BROKEN' });
    await expect(run('verify', '--heads', 'nowhere.log')).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('trusts another key only when it is named', async () => {
    const { key } = trail.keeper;
    await trail.keeper.close();
    const other = inHome('store/keys/audit.key');
    execFileSync('rm', [other]);
    await expect(run('verify')).rejects.toMatchObject({ code: 'AUDIT_BROKEN', hint: expect.stringContaining('--key') });
    expect(await json('verify', '--key', key)).toMatchObject({ ok: true });
  });
});

describe('audit export', () => {
  const COLUMNS =
    'chain_id,commit_seq,seq,at,at_ms,actor,action,person_id,subject,decision,detail,row_hash,prev_hash,rows_hash,commit_hash';
  /** The script for outsiders, as docs/security.md tells to call it. */
  const outsider = (): { code: number; text: string } => {
    try {
      const script = path.join(ROOT, 'docs/verify-audit-export.mjs');
      return {
        code: 0,
        text: execFileSync(process.execPath, [script, inHome('trail.jsonl'), trail.heads_file, trail.keeper.key], { encoding: 'utf8' }),
      };
    } catch (error) {
      const { status, stdout } = error as { status: number; stdout: string };
      return { code: status, text: stdout };
    }
  };

  it('is verified by somebody who has nothing of ours', async () => {
    await run('export', '--out', 'trail.jsonl');
    expect(statSync(inHome('trail.jsonl')).mode & 0o777).toBe(0o600);
    expect(outsider()).toEqual({ code: 0, text: 'as it was written: 4 commits, 2 of them signed heads\n' });
    const text = readFileSync(inHome('trail.jsonl'), 'utf8');
    writeFileSync(inHome('trail.jsonl'), text.replace('cli:ada', 'cli:eve'));
    expect(outsider()).toMatchObject({ code: 1, text: expect.stringMatching(/^NOT as it was written: commit 2 /) });
    writeFileSync(
      inHome('trail.jsonl'),
      text
        .split('\n')
        .filter((line) => !line.includes('"subject":"c"'))
        .join('\n'),
    );
    expect(outsider()).toMatchObject({ code: 1, text: expect.stringContaining('commit 4 of') });
  });

  it('shows an outsider that everything was made anew', async () => {
    await trail.tamperBy(async (db) => {
      await db.exec(`UPDATE audit SET actor = 'eve' WHERE subject = 'b'`);
      await rehashFrom(db, trail.home.ledger.auditHead().chain_id, 2);
    });
    await run('export', '--out', 'trail.jsonl');
    expect(outsider()).toMatchObject({ code: 1, text: expect.stringContaining('is not the one that was signed') });
  });

  it('is CSV as RFC 4180 has it, null apart from the empty text', async () => {
    await trail.home.ledger.commit({ audit: [{ at: 5, actor: 'host', action: 'test', subject: '' }] });
    const text = await run('export', '--format', 'csv');
    const lines = text.split('\r\n');
    expect(lines[0]).toBe(COLUMNS);
    expect(text).toContain(',"e,""\n",');
    expect(lines.at(-2)).toMatch(/,1970-01-01T00:00:00.005Z,5,host,test,,"",,,[0-9a-f]{64},/);
  });

  it('has whole commits of a time', async () => {
    const { clock, ledger } = trail.home;
    const begin = clock.now() + 1000;
    await ledger.commit({
      audit: [1000, 9000].map((ms) => ({ at: clock.now() + ms, actor: 'host', action: 'later', subject: String(ms) })),
    });
    const subjects = async (...args: string[]) =>
      (await run('export', ...args))
        .trim()
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line).subject);
    expect(await subjects('--from', new Date(begin).toISOString())).toEqual(['1000', '9000']);
    expect(await subjects('--to', new Date(begin).toISOString())).toHaveLength(8);
    expect(await subjects('--from', new Date(begin + 1e6).toISOString())).toEqual([]);
    await expect(run('export', '--from', 'yesterday')).rejects.toMatchObject({ code: 'INVALID_PARAMS' });
    await expect(run('export', '--format', 'xml')).rejects.toMatchObject({ code: 'INVALID_PARAMS' });
  });
});
