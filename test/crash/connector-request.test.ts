/** `kill -9` while an approved request is carried out: used up, shown as unknown, repeated by nobody. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, expect, it, vi } from 'vitest';
import { openConnection } from '../../host/db/connection.ts';
import { type Home, makeHome, ROOT } from '../support/home.ts';

/** Two starts of the host from its source, on a machine that may be busy with others. */
vi.setConfig({ testTimeout: 120_000 });

let home: Home;
afterEach(() => home.remove());

const run = async (what: string): Promise<{ ended: unknown; lines: string[]; errors: string }> => {
  const program = path.join(ROOT, 'test/support/embedding-program.ts');
  const child = spawn(process.execPath, ['--import', 'tsx', program, home.dir, path.join(ROOT, 'dist'), what], {
    cwd: ROOT,
    env: { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let errors = '';
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
  const [code, signal] = await once(child, 'close');
  return { ended: code ?? signal, lines: stdout.trim().split('\n'), errors };
};

it('a host that is killed inside the call of an approved write never writes again', async () => {
  home = makeHome({ 'config/security_policy.json': { connectors: { writer: { allowed_operations: ['write'] } } } });
  const first = await run('die');
  expect({ ended: first.ended, errors: first.errors }).toEqual({ ended: 'SIGKILL', errors: '' });
  const { evidence_id, error } = JSON.parse(first.lines[0] ?? '');
  expect(error).toMatchObject({ code: 'APPROVAL_REQUIRED' });

  const second = await run(error.approval_id);
  expect({ ended: second.ended, errors: second.errors }).toEqual({ ended: 0, errors: '' });
  const [approved, again] = JSON.parse(second.lines.at(-1) ?? '');
  expect(approved).toBe(409);
  expect(again).toMatchObject({ status: 'failed', evidence_id, error: { message: expect.stringContaining('nobody can say') } });
  expect(readFileSync(path.join(home.dir, 'written'), 'utf8')).toBe('once\n');

  const db = await openConnection(path.join(home.dir, 'store/agentos.db'), { readonly: true });
  const rows = await db.all('SELECT id, state, code FROM evidence');
  await db.close();
  expect(rows).toEqual([{ id: evidence_id, state: 'unknown', code: 'INTERRUPTED' }]);
});
