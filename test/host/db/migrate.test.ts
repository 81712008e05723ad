import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openConnection } from '../../../host/db/connection.ts';
import { openDatabase } from '../../../host/db/database.ts';
import { MIGRATIONS, migrate, schemaVersion } from '../../../host/db/migrate.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(path.join(tmpdir(), 'aos-migrate-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const open = (name = 'store/agentos.db') => openDatabase({ file: path.join(dir, name), new_chain_id: 'chain' });

describe('migrations', () => {
  it('bring an empty home to the newest schema, once', async () => {
    const first = await open();
    expect(first.migrated).toEqual(MIGRATIONS.map(({ name }) => name));
    await first.close();
    const second = await open();
    expect(second.migrated).toEqual([]);
    expect(await schemaVersion(second.reader)).toBe(MIGRATIONS.length);
    await second.close();
  });

  it('leave nothing behind when one fails', async () => {
    const db = await openConnection(path.join(dir, 'a.db'));
    // A table of the same name stands in the way of the first migration's last statements.
    await db.exec('CREATE TABLE audit (x)');
    await expect(migrate(db)).rejects.toThrow('already exists');
    expect(await schemaVersion(db)).toBe(0);
    expect(await db.all(`SELECT name FROM sqlite_schema WHERE name = 'events'`)).toEqual([]);
    await db.close();
  });

  it('do not touch a database of a newer version, and keep no connection to it', async () => {
    const file = path.join(dir, 'store/agentos.db');
    await (await open()).close();
    const newer = await openConnection(file);
    await newer.exec(`PRAGMA user_version = ${MIGRATIONS.length + 1}`);
    await newer.close();
    await expect(open()).rejects.toMatchObject({ code: 'SCHEMA_TOO_NEW', hint: expect.stringContaining('version that wrote it') });
    const after = await openConnection(file);
    expect(await schemaVersion(after)).toBe(MIGRATIONS.length + 1);
    await after.close();
    // SQLite takes its side files away with the last connection.
    expect(existsSync(`${file}-wal`)).toBe(false);
  });
});

describe('a database file', () => {
  it('is readable by its owner only, its side files too', async () => {
    const database = await open();
    await database.writer.commit({ settings: [{ name: 'a', value: 'b', at: 1, actor: 'host', reason: null }] });
    const modes = ['', '-wal', '-shm'].map((end) => statSync(path.join(dir, `store/agentos.db${end}`)).mode & 0o777);
    expect(modes).toEqual([0o600, 0o600, 0o600]);
    await database.close();
  });

  it('that is none is refused with its name and what to do', async () => {
    writeFileSync(path.join(dir, 'notes.txt'), 'this is not a database, it only has a name that was configured as one'.repeat(20));
    await expect(open('notes.txt')).rejects.toMatchObject({
      code: 'DATABASE_UNAVAILABLE',
      message: expect.stringContaining('notes.txt'),
      hint: expect.stringContaining('backup'),
    });
  });

  it('in a place that cannot be is refused in the same words', async () => {
    writeFileSync(path.join(dir, 'file'), '');
    await expect(open('file/agentos.db')).rejects.toMatchObject({ code: 'DATABASE_UNAVAILABLE' });
  });
});
