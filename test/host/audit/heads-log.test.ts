import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createHeadsLog, thinned } from '../../../host/audit/heads-log.ts';
import type { Statement } from '../../../host/audit/statement.ts';

const NOW = Date.UTC(2026, 5, 1);
const HOUR = 3_600_000;

const statement = (seq: number, age_hours: number, fields: Partial<Statement> = {}): Statement => ({
  kind: 'head',
  chain_id: 'a',
  seq,
  hash: 'h',
  at: new Date(NOW - age_hours * HOUR).toISOString(),
  key: 'k',
  signature: 's',
  ...fields,
});

describe('thinning the heads', () => {
  it('keeps all of the last day, before that the last of each hour, and of each chain', () => {
    const lines = [
      statement(1, 50.9),
      statement(2, 50.5),
      statement(9, 50.4, { chain_id: 'b' }),
      statement(3, 50.1),
      statement(4, 49),
      statement(5, 3.5),
      statement(6, 3.4),
    ];
    expect(thinned(lines, NOW).map(({ seq }) => seq)).toEqual([9, 3, 4, 5, 6]);
  });

  it('drops heads up to the newest cut of their chain, and every cut but the newest', () => {
    const lines = [
      statement(1, 9),
      statement(1, 8, { kind: 'cut' }),
      statement(2, 7),
      statement(3, 6),
      statement(2, 5, { kind: 'cut' }),
      statement(1, 4, { chain_id: 'b' }),
    ];
    expect(thinned(lines, NOW).map(({ kind, seq, chain_id }) => `${kind} ${chain_id}${seq}`)).toEqual(['head a3', 'cut a2', 'head b1']);
  });
});

describe('the file of heads', () => {
  let dir: string;
  let file: string;
  beforeEach(() => {
    dir = mkdtempSync(path.join(tmpdir(), 'aos-heads-'));
    file = path.join(dir, 'store', 'audit-heads.log');
  });
  afterEach(() => rmSync(dir, { recursive: true, force: true }));

  it('is readable by its owner only, and keeps what is appended while it is thinned', async () => {
    const log = createHeadsLog(file);
    for (let seq = 1; seq <= 5; seq++) await log.append(statement(seq, 50));
    await Promise.all([log.thin(NOW), log.append(statement(6, 0)), log.append(statement(7, 0))]);
    expect((await log.read()).map(({ seq }) => seq)).toEqual([5, 6, 7]);
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  it('is not rewritten over a line that is no statement: a person has to see it', async () => {
    const log = createHeadsLog(file);
    for (let seq = 1; seq <= 3; seq++) await log.append(statement(seq, 50));
    writeFileSync(file, `${readFileSync(file, 'utf8')}something else\n`);
    const before = readFileSync(file, 'utf8');
    await log.thin(NOW);
    expect(readFileSync(file, 'utf8')).toBe(before);
  });

  it('keeps a last line of which only the line feed is missing', async () => {
    await createHeadsLog(file).append(statement(1, 1));
    writeFileSync(file, readFileSync(file, 'utf8').trimEnd());
    const log = createHeadsLog(file);
    await log.append(statement(2, 0));
    expect((await log.read()).map(({ seq }) => seq)).toEqual([1, 2]);
  });
});
