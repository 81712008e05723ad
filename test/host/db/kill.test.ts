import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openDatabase } from '../../../host/db/database.ts';
import { checkDatabase } from '../../../host/db/inspect.ts';
import { verifyChain } from '../audit/verify-chain.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(path.join(tmpdir(), 'aos-kill-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

it('what was acknowledged before kill -9 is there, whole, with an unbroken audit chain', async () => {
  const file = path.join(dir, 'agentos.db');
  const child = spawn(process.execPath, ['--import', 'tsx', path.join(import.meta.dirname, 'endless-writer.ts'), file], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const acknowledged: string[] = [];
  const exited = once(child, 'exit');
  for await (const line of createInterface({ input: child.stdout })) {
    acknowledged.push(line);
    if (acknowledged.length === 400) child.kill('SIGKILL');
  }
  await exited;

  const database = await openDatabase({ file, new_chain_id: 'other' });
  const rows = await database.reader.all<{ id: string; subject: string | null }>(
    'SELECT id, audit.subject AS subject FROM events LEFT JOIN audit ON audit.subject = events.id',
  );
  const stored = new Set(rows.map(({ id }) => id));
  // The last line may have been cut by the kill.
  expect(acknowledged.slice(0, -1).filter((id) => !stored.has(id))).toEqual([]);
  expect(rows.filter(({ subject }) => subject === null)).toEqual([]);
  await database.writer.commit({ audit: [{ at: 2, actor: 'host', action: 'after', subject: 'after' }] });
  expect(await verifyChain(database.reader)).toBeNull();
  await database.close();
  expect((await checkDatabase(file)).ok).toBe(true);
});
