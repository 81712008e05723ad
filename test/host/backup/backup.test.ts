import { appendFileSync, copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeBackup } from '../../../host/backup/backup.ts';
import { type OpenedHome, restoreBackup, resumeRestored, withHome } from '../../../host/backup/restore.ts';
import { openConnection } from '../../../host/db/connection.ts';
import { checkDatabase } from '../../../host/db/inspect.ts';
import { createLedger } from '../../../host/ledger/ledger.ts';
import { createPersonRecords } from '../../../host/ledger/person-records.ts';
import { createErase } from '../../../host/people/erase.ts';
import { copyKeysEverywhere } from '../../../host/secrets/keys-backup.ts';
import { openKeys } from '../../../host/secrets/open-keys.ts';
import { rotateHostKey } from '../../../host/secrets/rotate.ts';
import { eventRow, inboundRow, outboundRow } from '../ledger/fixture.ts';
import { type KeyedLedger, openKeyedLedger } from '../secrets/keyed-ledger.ts';

let home: KeyedLedger;
let folder: string;
let clock = 0;
beforeEach(async () => {
  home = await openKeyedLedger();
  folder = path.join(home.dir, 'backups');
  clock = 0;
});
afterEach(() => home.close());

const at = () => home as never;
const files = () => ({ db_file: home.db_file, keys_dir: home.keys_dir, master_key: home.master_key });
const backup = () =>
  makeBackup({ db_file: home.db_file, keys_dir: home.keys_dir, folder, version: '1.2.3', now: Date.UTC(2026, 0, 1) + 1000 * clock++ });
const eraserOf = (opened: Pick<OpenedHome, 'database'> & { keyring: KeyedLedger['keyring'] }) =>
  createErase({
    ledger: createLedger({ database: opened.database, keys: opened.keyring.keys }),
    records: createPersonRecords({ database: opened.database, keys: opened.keyring.keys }),
    keyring: opened.keyring,
    clock: home.clock,
    newId: home.newId,
    people: { drop: () => undefined },
    sessions: { forget: () => undefined },
    pairings: { forget: () => undefined },
    wake: () => undefined,
    fold: () => opened.database.fold(),
    copyKeys: () => copyKeysEverywhere(home.keys_dir, (file) => opened.keyring.copyTo(file)),
  });
const erase = (user_key: string) => eraserOf(home).erase('telegram', user_key, 'cli:op');
const restore = (target = folder, resume: readonly string[] | 'all' | null = null) =>
  restoreBackup(files(), target, resume, {
    now: home.clock.now,
    new_chain_id: 'restored chain',
    actor: 'cli:op',
    eraseAgain: async ({ database, keys }) => (await eraserOf({ database, keyring: keys.keyring }).applyTombstones('all', 'cli:op')).length,
  });
const say = async (id: string, user_key: string, text: string) => {
  const person = await home.people.resolve('telegram', user_key);
  await home.ledger.commit({
    persons: person?.added ? [person.added] : [],
    messages: [inboundRow(at(), id, { user_key, conversation_key: user_key, text }, { state: 'answered' })],
  });
};
const texts = async () => {
  const rows = await home.ledger.listMessages({ limit: 50, after: 0 });
  return rows.map((row) => (row.direction === 'inbound' ? home.ledger.inboundMessage(row) : home.ledger.outboundMessage(row)).text);
};
/** Reads a backup as somebody would who has it and the newest keys. */
const readBackup = async (file: string): Promise<(string | null)[]> => {
  const dir = path.join(home.dir, 'thief');
  rmSync(dir, { recursive: true, force: true });
  mkdirSync(path.join(dir, 'keys'), { recursive: true });
  for (const name of readdirSync(path.join(folder, 'keys'))) copyFileSync(path.join(folder, 'keys', name), path.join(dir, 'keys', name));
  copyFileSync(file, path.join(dir, 'agentos.db'));
  const reader = await openConnection(path.join(dir, 'agentos.db'));
  const keys = await openKeys(reader, { keys_dir: path.join(dir, 'keys'), master_key: null, now: home.clock.now });
  const rows = await reader.all<{ id: string; content: string }>('SELECT id, content FROM messages ORDER BY seq');
  const events = await reader.all<{ id: string; request: string }>('SELECT id, request FROM events WHERE request IS NOT NULL ORDER BY seq');
  await keys.keyring.keys.load([...rows.map(({ content }) => content), ...events.map(({ request }) => request)]);
  const opened = [
    ...rows.map(({ id, content }) => keys.keyring.keys.open(content, { table: 'messages', row: id, column: 'content' })),
    ...events.map(({ id, request }) => keys.keyring.keys.open(request, { table: 'events', row: id, column: 'request' })),
  ];
  await keys.keyring.close();
  await reader.close();
  return opened;
};

describe('a backup', () => {
  it('is whole, readable by its owner only, and described by its manifest; the keys stand apart, in one generation', async () => {
    await say('m', 'ada', 'hello');
    const first = await backup();
    const second = await backup();
    expect(first.file).not.toBe(second.file);
    expect(await checkDatabase(first.file)).toMatchObject({ integrity: [], ok: true });
    expect(first.manifest).toMatchObject({ format: 'communicationos-backup-1', version: '1.2.3', created_at: '2026-01-01T00:00:00.000Z' });
    expect(first.manifest.database).toMatchObject({ file: path.basename(first.file), bytes: statSync(first.file).size });
    expect(readdirSync(path.join(folder, 'keys')).sort()).toEqual(['host.key', 'keys.db']);
    for (const file of [
      first.file,
      first.file.replace('.db', '.json'),
      path.join(folder, 'keys/keys.db'),
      path.join(folder, 'keys/host.key'),
    ])
      expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    expect(readFileSync(first.file).includes('hello')).toBe(false);
  });

  it('taken while the ledger is written holds whole transactions only', async () => {
    let stopped = false;
    const writing = (async () => {
      for (let index = 0; !stopped; index++)
        await home.ledger.commit({
          messages: [
            inboundRow(at(), `i${index}`, { message_id: `i${index}` }),
            outboundRow(at(), `o${index}`, {}, { in_reply_to: `i${index}` }),
          ],
        });
    })();
    const { file } = await backup();
    stopped = true;
    await writing;
    const db = await openConnection(file, { readonly: true });
    const [counts] = await db.all<{ inbound: number; outbound: number }>(
      "SELECT sum(direction = 'inbound') AS inbound, sum(direction = 'outbound') AS outbound FROM messages",
    );
    await db.close();
    expect(counts?.inbound).toBe(counts?.outbound);
    expect((await readBackup(file)).every((text) => text !== null)).toBe(true);
  });

  it('from before an erasure does not reveal what the person said, with all the keys that are left', async () => {
    await say('a', 'ada', 'adas secret');
    await say('b', 'bob', 'bobs words');
    await home.ledger.commit({ events: [eventRow(at(), 'e', { body: 'raw adas secret' })] });
    const { file } = await backup();
    expect((await readBackup(file)).join()).toMatch(/adas secret.*bobs words.*raw adas secret/);
    const report = await erase('ada');
    expect(report).toMatchObject({ keys_backups: [folder], keys_backups_not_reached: [] });
    const after = await readBackup(file);
    expect(after.join()).not.toContain('adas secret');
    expect(after.join()).toContain('bobs words');
  });

  it('whose folder cannot be reached is named by the erasure', async () => {
    await say('a', 'ada', 'x');
    await backup();
    rmSync(folder, { recursive: true });
    expect(await erase('ada')).toMatchObject({ keys_backups: [], keys_backups_not_reached: [folder] });
  });
});

describe('a restore', () => {
  it('puts the newest backup of a folder in place and keeps the database that stood there', async () => {
    await say('a', 'ada', 'before');
    await backup();
    await say('b', 'ada', 'between');
    await backup();
    await say('c', 'ada', 'after');
    await home.shut();
    const restored = await restore();
    expect(restored).toMatchObject({ created_at: '2026-01-01T00:00:01.000Z', keys_taken: false, erased_again: 0, unfinished: [] });
    expect(readdirSync(path.dirname(home.db_file)).sort()).toEqual(['agentos.db', path.basename(restored.kept as string), 'keys']);
    expect(await checkDatabase(restored.kept as string)).toMatchObject({ ok: true });
    expect(statSync(home.db_file).mode & 0o777).toBe(0o600);
    await home.open();
    expect(await texts()).toEqual(['before', 'between']);
  });

  it('keeps the erased erased, and whoever came back since is somebody else', async () => {
    await say('a', 'ada', 'adas secret');
    await say('b', 'bob', 'bobs words');
    await backup();
    await erase('ada');
    await say('c', 'ada', 'back again');
    await home.shut();
    expect(await restore()).toMatchObject({ erased_again: 1 });
    await home.open();
    expect(await texts()).toEqual([null, 'bobs words']);
    expect(await home.records.users('telegram')).toEqual(['bob']);
    expect(readFileSync(home.db_file).includes('ada-chat')).toBe(false);
  });

  it('ends what was not final, lists it, and hands back what is chosen', async () => {
    await home.ledger.commit({
      events: [eventRow(at(), 'e')],
      messages: [
        inboundRow(at(), 'in', {}, { state: 'received' }),
        inboundRow(at(), 'ran', {}, { state: 'dispatched' }),
        inboundRow(at(), 'done', {}, { state: 'answered' }),
        outboundRow(at(), 'p', {}, { state: 'pending' }),
        outboundRow(at(), 'h', {}, { state: 'held', held_by: 'off' }),
        outboundRow(at(), 's', {}, { state: 'sending' }),
      ],
    });
    await backup();
    await home.shut();
    home.clock.advance(100 * 86_400_000);
    const { unfinished } = await restore();
    expect(unfinished.map(({ kind, id, state }) => `${kind} ${id} ${state}`).sort()).toEqual([
      'delivery h unknown',
      'delivery p unknown',
      'delivery s unknown',
      'event e dead',
      'message in failed',
      'message ran failed',
    ]);
    const left = await withHome(files(), { now: home.clock.now, new_chain_id: 'x', begin_chain: false }, async (opened) => {
      await expect(resumeRestored(opened, ['p', 'done'], home.clock.now(), 'cli:op')).rejects.toMatchObject({ code: 'NOT_FOUND' });
      return resumeRestored(opened, ['p', 'in', 'e'], home.clock.now(), 'cli:op');
    });
    expect(left).toBe(3);
    await home.open();
    expect(await home.ledger.waitingOutbound('telegram', 0, 10)).toMatchObject([
      { id: 'p', state: 'pending', received_at: home.clock.now() },
    ]);
    expect((await home.ledger.openInbound(0, 10)).map(({ id, state }) => [id, state])).toEqual([['in', 'received']]);
    expect((await home.ledger.waitingEvents('telegram', 0, 10)).map(({ event }) => event.id)).toEqual(['e']);
    expect((await home.ledger.messageById('s'))?.reason).toBe('RESTORED');
  });

  it('with everything handed back at once leaves nothing unfinished', async () => {
    await home.ledger.commit({ messages: [outboundRow(at(), 'p'), inboundRow(at(), 'in')] });
    await backup();
    await home.shut();
    expect(await restore(folder, 'all')).toMatchObject({ resumed: 2, unfinished: [] });
    await home.open();
  });

  it('begins a new chain of the trail, whose first entry names the heads of the old ones', async () => {
    await home.ledger.commit({ audit: [{ at: 1, actor: 'host', action: 'first' }] });
    const { manifest } = await backup();
    await home.shut();
    await restore();
    await home.open();
    await home.ledger.commit({ audit: [{ at: 2, actor: 'host', action: 'after' }] });
    const db = await openConnection(home.db_file, { readonly: true });
    const rows = await db.all<{ chain_id: string; commit_seq: number; action: string; detail: string }>('SELECT * FROM audit ORDER BY seq');
    await db.close();
    const [old, ...later] = rows;
    expect(later.map(({ chain_id, commit_seq, action }) => [chain_id, commit_seq, action])).toEqual([
      ['restored chain', 1, 'database.restored'],
      ['restored chain', 2, 'after'],
    ]);
    expect(JSON.parse(later[0]?.detail ?? '')).toMatchObject({ heads: manifest.audit_heads });
    expect(manifest.audit_heads).toMatchObject([{ chain_id: old?.chain_id, seq: 1 }]);
  });

  it('into a home without keys takes those of the backup; over keys of another home it refuses', async () => {
    await say('a', 'ada', 'hello');
    await backup();
    await home.shut();
    const other = await openKeyedLedger();
    await other.shut();
    const there = { db_file: other.db_file, keys_dir: other.keys_dir, master_key: null };
    const deps = { now: home.clock.now, new_chain_id: 'n', actor: 'a', eraseAgain: async () => 0 };
    const before = readFileSync(other.db_file);
    await expect(restoreBackup(there, folder, null, deps)).rejects.toMatchObject({ code: 'KEY_MISMATCH' });
    expect(readFileSync(other.db_file).equals(before)).toBe(true);
    rmSync(path.join(other.dir, 'store'), { recursive: true });
    mkdirSync(path.join(other.dir, 'store'));
    expect(await restoreBackup(there, folder, null, deps)).toMatchObject({ keys_taken: true, kept: null });
    await other.open();
    const row = await other.ledger.messageById('a');
    expect(row && other.ledger.inboundMessage(row).text).toBe('hello');
    await other.close();
    await home.open();
  });

  it('of a backup from before a change of the host key works with the present one', async () => {
    await say('a', 'ada', 'hello');
    await backup();
    await rotateHostKey(
      { ...home, key_is_given: false, now: home.clock.now, copyKeys: async () => ({ written: [], failed: [] }) },
      null,
      'cli:op',
    );
    await home.shut();
    await restore();
    await home.open();
    expect(await texts()).toEqual(['hello']);
  });

  it.each(['changed', 'cut', 'gone', 'without its manifest'])('of a backup that is %s leaves the database as it was', async (how) => {
    await say('a', 'ada', 'hello');
    const { file } = await backup();
    if (how === 'changed') appendFileSync(file, 'x');
    if (how === 'cut') writeFileSync(file, readFileSync(file).subarray(0, 4096));
    if (how === 'gone') rmSync(file);
    if (how === 'without its manifest') rmSync(file.replace('.db', '.json'));
    await home.shut();
    await expect(restore(file)).rejects.toMatchObject({ code: expect.stringMatching(/NOT_FOUND|DATABASE_UNAVAILABLE/) });
    expect(readdirSync(path.dirname(home.db_file)).sort()).toEqual(['agentos.db', 'keys']);
    await home.open();
    expect(await texts()).toEqual(['hello']);
  });
});
