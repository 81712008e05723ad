import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { GENESIS } from '../../../host/audit/chain.ts';
import { type Connection, openConnection, sqliteCode } from '../../../host/db/connection.ts';
import { migrate } from '../../../host/db/migrate.ts';
import type { EventRow, MessageRow, Unit } from '../../../host/db/unit.ts';
import { createWriter, type Writer, type WriterOptions } from '../../../host/db/writer.ts';

const event = (id: string, fields: Partial<EventRow> = {}): EventRow => ({
  id,
  channel_id: 'telegram',
  event_id: `event of ${id}`,
  source: 'webhook',
  received_at: 1,
  request: () => 'sealed',
  ...fields,
});

const message = (id: string, fields: Partial<MessageRow> = {}): MessageRow => ({
  id,
  direction: 'outbound',
  channel_id: 'telegram',
  message_id: null,
  event_id: null,
  type: 'text',
  user_key: 'ada',
  person_id: null,
  conversation_key: 'chat',
  conversation_type: null,
  thread_key: null,
  session_id: null,
  in_reply_to: null,
  part: 1,
  content: null,
  state: 'pending',
  reason: null,
  next_attempt_at: null,
  held_by: null,
  idempotency_key: null,
  received_at: 1,
  dispatched_at: null,
  finished_at: null,
  requires_event: null,
  ...fields,
});

const audited = (subject: string, requires_message?: string): Unit['audit'] => [
  { at: 1, actor: 'host', action: 'test', subject, ...(requires_message === undefined ? {} : { requires_message }) },
];

/** `received_at` may not be null: the database itself refuses the row. */
const badEvent = (id: string): EventRow => event(id, { received_at: null as unknown as number });

const releases: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const release of releases.splice(0).reverse()) await release();
});

const setUp = async (options: Partial<WriterOptions> = {}) => {
  const dir = mkdtempSync(path.join(tmpdir(), 'aos-writer-'));
  releases.push(() => rmSync(dir, { recursive: true, force: true }));
  const file = path.join(dir, 'a.db');
  const db = await openConnection(file);
  await db.exec('PRAGMA journal_mode = WAL');
  await migrate(db);
  const batches: number[] = [];
  const writer = createWriter(db, {
    head: { chain_id: 'chain', seq: 0, hash: GENESIS },
    on_batch: (units) => batches.push(units),
    ...options,
  });
  const reader = await openConnection(file, { readonly: true });
  releases.push(async () => {
    await writer.close();
    await reader.close();
    await db.close();
  });
  return { db, writer, reader, batches };
};

const ids = async (reader: Connection, table: string): Promise<string[]> =>
  (await reader.all<{ id: string }>(`SELECT id FROM ${table} ORDER BY seq`)).map((row) => row.id);

const outcomes = async (writer: Writer, units: readonly Unit[]): Promise<string[]> =>
  (await Promise.allSettled(units.map((unit) => writer.commit(unit)))).map(({ status }) => status);

describe('group commit', () => {
  it('takes what arrives in one turn in one transaction', async () => {
    const { writer, reader, batches } = await setUp();
    await Promise.all(Array.from({ length: 300 }, (_, index) => writer.commit({ events: [event(`e${index}`)] })));
    expect(batches).toEqual([300]);
    expect(await ids(reader, 'events')).toHaveLength(300);
  });

  it('lets what arrives while a transaction runs join the next one', async () => {
    const late: Promise<unknown>[] = [];
    let began = 0;
    const { writer, reader, batches } = await setUp({
      probe: (point) => {
        if (point !== 'batch.begin' || began++ > 0) return;
        for (let index = 0; index < 5; index++) late.push(writer.commit({ events: [event(`late${index}`)] }));
      },
    });
    await writer.commit({ events: [event('first')] });
    await Promise.all(late);
    expect(batches).toEqual([1, 5]);
    expect(await ids(reader, 'events')).toEqual(['first', 'late0', 'late1', 'late2', 'late3', 'late4']);
  });

  it('shows a unit to readers only when its promise resolves, not before', async () => {
    const { writer, reader } = await setUp();
    const written = writer.commit({ events: [event('e')] });
    expect(await ids(reader, 'events')).toEqual([]);
    await written;
    expect(await ids(reader, 'events')).toEqual(['e']);
  });

  it('writes what is queued before it closes, and takes nothing after', async () => {
    const { writer, reader } = await setUp();
    const queued = writer.commit({ events: [event('queued')] });
    const closed = writer.close();
    await expect(writer.commit({ events: [event('too late')] })).rejects.toThrow('closed');
    await closed;
    await queued;
    expect(await ids(reader, 'events')).toEqual(['queued']);
  });
});

describe('a row that the database refuses', () => {
  it('fails alone: everything else of its batch is written', async () => {
    const { writer, reader } = await setUp();
    const units = Array.from({ length: 64 }, (_, index): Unit => ({ events: [index === 37 ? badEvent('bad') : event(`e${index}`)] }));
    const results = await outcomes(writer, units);
    expect(results.filter((status) => status === 'rejected')).toHaveLength(1);
    expect(results[37]).toBe('rejected');
    expect(await ids(reader, 'events')).toHaveLength(63);
    expect(writer.fault()).toBeNull();
  });

  it('takes its whole unit with it, and leaves nothing of it', async () => {
    const { writer, reader } = await setUp();
    const unit: Unit = { messages: [message('m')], events: [event('e'), badEvent('bad')], audit: audited('m') };
    expect(await outcomes(writer, [{ events: [event('other')] }, unit])).toEqual(['fulfilled', 'rejected']);
    expect(await ids(reader, 'events')).toEqual(['other']);
    expect(await ids(reader, 'messages')).toEqual([]);
    expect(await reader.all('SELECT * FROM audit')).toEqual([]);
    expect(await reader.all('SELECT * FROM audit_commits')).toEqual([]);
  });
});

describe('a fault of the machine', () => {
  const fill = async (db: Connection, pages = 0): Promise<void> => {
    const count = (await db.get<{ page_count: number }>('PRAGMA page_count'))?.page_count ?? 0;
    await db.exec(`PRAGMA max_page_count = ${count + pages}`);
  };
  const large = (id: string): Unit => ({
    events: [event(id, { request: () => 'x'.repeat(50_000) })],
    messages: [message(`${id}-m`)],
    audit: audited(id),
  });

  it('fails the whole batch at once when the disk is full, tells it, and heals with the next write', async () => {
    let began = 0;
    const { db, writer, reader } = await setUp({ probe: (point) => void (point === 'batch.begin' && began++) });
    await fill(db);
    const results = await Promise.allSettled([large('a'), large('b'), large('c')].map((unit) => writer.commit(unit)));
    expect(results.map((result) => (result.status === 'rejected' ? sqliteCode(result.reason) : 'written'))).toEqual([
      'SQLITE_FULL',
      'SQLITE_FULL',
      'SQLITE_FULL',
    ]);
    expect(began).toBe(1);
    expect(writer.fault()).toBe('SQLITE_FULL');
    expect([await ids(reader, 'events'), await ids(reader, 'messages'), await reader.all('SELECT * FROM audit')]).toEqual([[], [], []]);

    await fill(db, 10_000);
    await writer.commit(large('d'));
    expect(writer.fault()).toBeNull();
    expect([await ids(reader, 'events'), await ids(reader, 'messages')]).toEqual([['d'], ['d-m']]);
  });

  it('fails everything while the database may not be written', async () => {
    const { db, writer, reader } = await setUp();
    await db.exec('PRAGMA query_only = ON');
    expect(await outcomes(writer, [{ events: [event('a')] }, { events: [event('b')] }])).toEqual(['rejected', 'rejected']);
    expect(writer.fault()).toBe('SQLITE_READONLY');
    await db.exec('PRAGMA query_only = OFF');
    await writer.commit({ events: [event('c')] });
    expect(writer.fault()).toBeNull();
    expect(await ids(reader, 'events')).toEqual(['c']);
  });

  it('does not break the audit chain: the next commit follows the last one that was written', async () => {
    const { db, writer, reader } = await setUp();
    await writer.commit({ audit: audited('before') });
    await db.exec('PRAGMA query_only = ON');
    await outcomes(writer, [{ audit: audited('lost') }]);
    await db.exec('PRAGMA query_only = OFF');
    await writer.commit({ audit: audited('after') });
    const commits = await reader.all<{ seq: number; prev_hash: string; hash: string }>('SELECT * FROM audit_commits ORDER BY seq');
    expect(commits.map((commit) => commit.seq)).toEqual([1, 2]);
    expect(commits[1]?.prev_hash).toBe(commits[0]?.hash);
  });
});

describe('what a unit is told', () => {
  it('is what this unit changed, when two of one transaction tried the same change', async () => {
    const { writer, reader } = await setUp();
    await writer.commit({ messages: [message('m')] });
    const claim = (action: string): Unit => ({
      message_changes: [{ id: 'm', from: ['pending'], state: action === 'drop' ? 'dead' : 'sending' }],
      audit: [{ at: 1, actor: 'host', action, subject: 'm', requires_message: 'm' }],
    });
    const [claimed, dropped] = await Promise.all([writer.commit(claim('claim')), writer.commit(claim('drop'))]);
    expect([...claimed.changed]).toEqual(['m']);
    expect([...dropped.changed]).toEqual([]);
    expect(await reader.get('SELECT state FROM messages')).toEqual({ state: 'sending' });
    expect(await reader.all('SELECT action FROM audit')).toEqual([{ action: 'claim' }]);
  });

  it('lets changes of one row follow each other within a transaction, each from the state the one before left', async () => {
    const { writer, reader } = await setUp();
    await writer.commit({ messages: [message('m')] });
    const { changed } = await writer.commit({
      message_changes: [
        { id: 'm', from: ['pending'], state: 'sending', attempts: 1 },
        { id: 'm', from: ['sending'], state: 'sent', platform_message_id: 'p', sent_at: 5 },
        { id: 'm', from: ['pending'], state: 'dead', reason: 'NEVER' },
      ],
    });
    expect([...changed]).toEqual(['m']);
    expect(await reader.get('SELECT state, attempts, platform_message_id, sent_at, reason FROM messages')).toEqual({
      state: 'sent',
      attempts: 1,
      platform_message_id: 'p',
      sent_at: 5,
      reason: null,
    });
  });
});
