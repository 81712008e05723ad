/** The job as it is built, in its own process, on a trail that takes it some time. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Verdict, VerifyProgress } from '../../../host/audit/verdict.ts';
import type { VerifyAuditInput } from '../../../host/jobs/verify-audit.ts';
import { createJobs } from '../../../host/lib/jobs.ts';
import { ROOT } from '../../support/home.ts';
import { until } from '../../support/until.ts';
import { openTestTrail, type TestTrail } from '../audit/tamper.ts';

const COMMITS = 40;
const ROWS = 500;

let trail: TestTrail;
let input: VerifyAuditInput;
beforeAll(async () => {
  trail = await openTestTrail();
  for (let commit = 0; commit < COMMITS; commit++) await trail.write(...Array.from({ length: ROWS }, (_, row) => `${commit}.${row}`));
  await trail.keeper.sign();
  input = { db_file: trail.home.file, heads_files: [trail.heads_file], trusted: [trail.keeper.key] };
});
afterAll(() => trail.close());

const dir = path.join(ROOT, 'dist/jobs');

/** A field of proc(5)'s stat, counted from 1; null when the process or thread has ended. */
const statField = (place: string, field: number): number | null => {
  try {
    return Number(
      readFileSync(`/proc/${place}/stat`, 'utf8')
        .replace(/^.*\) /, '')
        .split(' ')[field - 3],
    );
  } catch {
    return null;
  }
};

/** The processes that this one has started. */
const children = (): string[] => readdirSync('/proc').filter((name) => /^\d+$/.test(name) && statField(name, 4) === process.pid);

/** The nice values of all their threads. */
const niceValues = (): (number | null)[] =>
  children().flatMap((pid) => {
    try {
      return readdirSync(`/proc/${pid}/task`).map((thread) => statField(`${pid}/task/${thread}`, 19));
    } catch {
      return [];
    }
  });

describe('verifying as a job', () => {
  it('leaves the main loop to the traffic, and reports how far it is', async () => {
    const jobs = createJobs({ dir });
    const reports: VerifyProgress[] = [];
    let over = false;
    const verifying = jobs
      .run<Verdict>('verify-audit', input, (progress) => reports.push(progress as VerifyProgress))
      .finally(() => {
        over = true;
      });
    let written = 0;
    while (!over) {
      await trail.write('traffic');
      written++;
    }
    const verdict = await verifying;
    expect(verdict).toMatchObject({ ok: true, heads: 2 });
    expect(verdict.rows).toBeGreaterThanOrEqual(COMMITS * ROWS);
    expect(written).toBeGreaterThan(3);
    for (const { rows, of } of reports) expect(of - rows).toBeGreaterThan(-written);
    await jobs.close();
  });

  it.runIf(process.platform === 'linux')('runs behind everything else, its work on the database too', async () => {
    const jobs = createJobs({ dir });
    const verifying = jobs.run<Verdict>('verify-audit', input);
    await until(niceValues, (values) => values.length > 5 && values.every((nice) => nice === 19), 'a process that stands back');
    await verifying;
    await jobs.close();
  });

  it('ends when the host does, without being killed', async () => {
    const jobs = createJobs({ dir });
    const verifying = jobs.run<Verdict>('verify-audit', input);
    const ended = expect(verifying).rejects.toThrow('stopped');
    await jobs.close();
    await ended;
    await trail.write('the database is still good');
    expect((await trail.verify()).ok).toBe(true);
  });

  it.runIf(process.platform === 'linux')('a process that somebody kills costs its own job and no other', async () => {
    const before = new Set(children());
    const jobs = createJobs({ dir });
    const reports: unknown[] = [];
    const killed = jobs.run<Verdict>('verify-audit', input, (progress) => reports.push(progress));
    const waiting = jobs.run<Verdict>('verify-audit', input);
    const outcome = expect(killed).rejects.toThrow(/exited/);
    await until(
      () => reports.length,
      (count) => count > 0,
      'it is under way',
    );
    for (const pid of children()) if (!before.has(pid)) process.kill(Number(pid), 'SIGKILL');
    await outcome;
    expect(await waiting).toMatchObject({ ok: true });
    expect(await jobs.run<Verdict>('verify-audit', input)).toMatchObject({ ok: true });
    await jobs.close();
    await expect(jobs.run('verify-audit', input)).rejects.toThrow('stopped');
  });

  it('says what is wrong when it cannot read', async () => {
    const jobs = createJobs({ dir });
    await expect(jobs.run('verify-audit', { ...input, db_file: path.join(trail.home.dir, 'no.db') })).rejects.toThrow('SQLITE_CANTOPEN');
    await jobs.close();
  });
});
