import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { acquireLock, readOwner } from '../../../host/db/lock.ts';
import { AppError } from '../../../host/errors.ts';

const HOLDER = path.join(import.meta.dirname, 'lock-holder.ts');

let dir: string;
let children: ChildProcess[];
beforeEach(() => {
  dir = path.join(mkdtempSync(path.join(tmpdir(), 'aos-lock-')), 'run');
  children = [];
});
afterEach(() => {
  for (const child of children) child.kill('SIGKILL');
  rmSync(path.dirname(dir), { recursive: true, force: true });
});

const holder = async (address = ''): Promise<ChildProcess> => {
  const child = spawn(process.execPath, ['--import', 'tsx', HOLDER, dir, address], { stdio: ['pipe', 'pipe', 'inherit'] });
  children.push(child);
  await once(child.stdout as NonNullable<typeof child.stdout>, 'data');
  return child;
};

const kill = async (child: ChildProcess): Promise<void> => {
  child.kill('SIGKILL');
  await once(child, 'exit');
};

const refusal = async (): Promise<AppError> => {
  const error = await acquireLock(dir).then(
    async (lock) => {
      await lock.release();
      return null;
    },
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(AppError);
  return error as AppError;
};

describe('the lock of a home', () => {
  it('is refused to a second process, which is told the pid and the address of the first', async () => {
    const first = await holder('http://127.0.0.1:8080');
    const error = await refusal();
    expect(error.code).toBe('HOME_IN_USE');
    expect(error.message).toContain(String(first.pid));
    expect(error.message).toContain('http://127.0.0.1:8080');
    expect(error.hint).toContain('--home');
  });

  it('is gone with a process that was killed, and its name stays as the sign that it did not close', async () => {
    const first = await holder('http://127.0.0.1:8080');
    await kill(first);
    const lock = await acquireLock(dir);
    expect((await readOwner(dir))?.pid).toBe(first.pid);
    await lock.release();
  });

  it('keeps that sign when a command that never announced itself comes and goes in between', async () => {
    await kill(await holder('http://127.0.0.1:8080'));
    await (await acquireLock(dir)).release();
    expect(existsSync(path.join(dir, 'owner.json'))).toBe(true);
  });

  it('does not name a process that is dead as the one that runs', async () => {
    const dead = await holder('http://127.0.0.1:8080');
    await kill(dead);
    await holder();
    const error = await refusal();
    expect(error.code).toBe('HOME_IN_USE');
    expect(error.message).not.toContain(String(dead.pid));
  });

  it('is refused within one process too, and free again after its release', async () => {
    const lock = await acquireLock(dir);
    await lock.announce({ pid: process.pid, address: null, started_at: 'now' });
    expect((await refusal()).message).toContain(`Process ${process.pid} already runs`);
    await lock.release();
    expect(existsSync(path.join(dir, 'owner.json'))).toBe(false);
    await (await acquireLock(dir)).release();
  });

  it('lies in a folder that nobody else can enter', async () => {
    const lock = await acquireLock(dir);
    expect(statSync(dir).mode & 0o777).toBe(0o700);
    await lock.release();
  });

  it.each(['', '{"pid":', 'null', '{}', '{"pid":"12"}'])('is refused without a name when the name was written as %j', async (text) => {
    const lock = await acquireLock(dir);
    writeFileSync(path.join(dir, 'owner.json'), text);
    expect(await readOwner(dir)).toBeNull();
    await lock.release();
  });
});
