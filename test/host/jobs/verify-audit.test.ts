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

/** The nice values of all threads of the processes that this one has started (proc(5), fields 4 and 19 of stat). */
const niceValues = (): number[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        const fields = (file: string) =>
          readFileSync(`/proc/${pid}/${file}`, 'utf8')
            .replace(/^.*\) /, '')
            .split(' ');
        if (Number(fields('stat')[1]) !== process.pid) return [];
        return readdirSync(`/proc/${pid}/task`).map((thread) => Number(fields(`task/${thread}/stat`)[16]));
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

  it('says what is wrong when it cannot read', async () => {
    const jobs = createJobs({ dir });
    await expect(jobs.run('verify-audit', { ...input, db_file: path.join(trail.home.dir, 'no.db') })).rejects.toThrow('SQLITE_CANTOPEN');
    await jobs.close();
  });
});
