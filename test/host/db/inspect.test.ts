import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openConnection } from '../../../host/db/connection.ts';
import { analyzeDatabase, checkDatabase } from '../../../host/db/inspect.ts';
import { MIGRATIONS } from '../../../host/db/migrate.ts';
import { AUDIT_OF } from '../../../host/db/tables/audit.ts';
import { COUNT_OPEN_EVENTS, changeEvents, insertEvents, OPEN_EVENTS } from '../../../host/db/tables/events.ts';
import {
  ANSWERS,
  COUNT_OPEN,
  changeMessages,
  INBOUND_BY_PLATFORM_ID,
  INTERRUPTED,
  listStatement,
  OPEN_INBOUND,
  OUTBOUND_BY_PLATFORM_ID,
  WAITING_OUTBOUND,
} from '../../../host/db/tables/messages.ts';
import { ACTIVE_SESSION, SESSIONS_OF_KEY, upsertSessions } from '../../../host/db/tables/sessions.ts';
import { eventRow, inboundRow, openTestLedger, outboundRow, sessionRow, type TestLedger } from '../ledger/fixture.ts';

let home: TestLedger;
beforeEach(async () => {
  home = await openTestLedger();
});
afterEach(() => home.close());

describe('the hot queries', () => {
  const list = (filter: Partial<Parameters<typeof listStatement>[0]>): string => listStatement({ limit: 50, ...filter }).sql;

  it.each([
    ['events that wait', OPEN_EVENTS, 'SEARCH events USING INDEX events_open (channel_id=? AND seq>?)'],
    ['counts of events that wait', COUNT_OPEN_EVENTS, 'USING COVERING INDEX events_open'],
    ['a message by its platform id', INBOUND_BY_PLATFORM_ID, 'messages_inbound (channel_id=? AND message_id=?)'],
    ['a delivery by its platform id', OUTBOUND_BY_PLATFORM_ID, 'messages_platform (channel_id=? AND platform_message_id=?)'],
    ['answers', ANSWERS, 'messages_answer (in_reply_to=?)'],
    ['messages that are not final', OPEN_INBOUND, 'messages_open_inbound (seq>?)'],
    ['deliveries that wait', WAITING_OUTBOUND, 'messages_open_outbound (channel_id=? AND seq>?)'],
    ['deliveries that were interrupted', INTERRUPTED, 'messages_open_outbound'],
    ['dead deliveries', list({ direction: 'outbound', states: ['dead'] }), 'messages_failed_outbound'],
    ['messages of a session', list({ session_id: 's' }), 'messages_by_session'],
    [
      'messages of a conversation',
      list({ channel_id: 'c', conversation_key: 'k' }),
      'messages_by_conversation (channel_id=? AND conversation_key=?)',
    ],
    ['messages of a channel', list({ channel_id: 'c', before: 5 }), '(channel_id=? AND seq<?)'],
    ['the active session', ACTIVE_SESSION, 'sessions_active (session_key=?)'],
    ['sessions of a key', SESSIONS_OF_KEY, 'sessions_by_key (session_key=?)'],
    ['the audit trail of a subject', AUDIT_OF, 'audit_by_subject (subject=?)'],
  ])('find %s by an index', async (_what, sql, plan) => {
    const steps = await home.database.reader.all<{ detail: string }>(`EXPLAIN QUERY PLAN ${sql}`);
    expect(steps.map(({ detail }) => detail).join('; ')).toContain(plan);
  });

  it('count what is open on small indices, one for each kind', async () => {
    const steps = await home.database.reader.all<{ detail: string }>(`EXPLAIN QUERY PLAN ${COUNT_OPEN}`);
    const scans = steps.map(({ detail }) => detail).filter((detail) => /\bmessages\b/.test(detail));
    expect(scans.map((detail) => /INDEX (\w+)/.exec(detail)?.[1])).toEqual([
      'messages_open_inbound',
      'messages_open_outbound',
      'messages_failed_outbound',
    ]);
  });

  it('change rows by their id, and never walk over the table', async () => {
    const plans: string[] = [];
    const db = await openConnection(home.file);
    const spied = {
      ...db,
      async all<Row>(sql: string, params?: Parameters<typeof db.all>[1]) {
        plans.push(...(await db.all<{ detail: string }>(`EXPLAIN QUERY PLAN ${sql}`, params)).map(({ detail }) => detail));
        return db.all<Row>(sql, params);
      },
      async run(sql: string, params?: Parameters<typeof db.run>[1]) {
        plans.push(...(await db.all<{ detail: string }>(`EXPLAIN QUERY PLAN ${sql}`, params)).map(({ detail }) => detail));
        return db.run(sql, params);
      },
    };
    await changeMessages(spied, [{ id: 'm', from: ['pending'], state: 'sending' }]);
    await changeEvents(spied, [{ id: 'e', state: 'parsed' }]);
    await insertEvents(spied, [eventRow(home, 'e', { event_id: 'x' })]);
    await insertEvents(spied, [eventRow(home, 'f', { event_id: 'x' })]);
    await upsertSessions(spied, [sessionRow('s')]);
    await db.close();
    expect(plans.filter((detail) => /^SCAN (messages|events|sessions)/.test(detail))).toEqual([]);
    expect(plans.filter((detail) => detail.startsWith('SEARCH')).length).toBeGreaterThanOrEqual(4);
  });
});

describe('looking into a database file', () => {
  it('finds nothing wrong with a sound one, while the host writes it', async () => {
    await home.ledger.commit({ messages: [inboundRow(home, 'a'), outboundRow(home, 'b')] });
    expect(await checkDatabase(home.file)).toMatchObject({
      ok: true,
      integrity: [],
      schema_version: MIGRATIONS.length,
      newest_schema_version: MIGRATIONS.length,
    });
    const { tables, scans } = await analyzeDatabase(home.file);
    expect(scans).toEqual([]);
    expect(tables.find(({ table }) => table === 'messages')).toMatchObject({ rows: 2 });
  });

  it('names a schema that is not the newest', async () => {
    const db = await openConnection(home.file);
    await db.exec('PRAGMA user_version = 0');
    await db.close();
    expect(await checkDatabase(home.file)).toMatchObject({ ok: false, schema_version: 0 });
  });

  it('names a hot query that lost its index', async () => {
    const db = await openConnection(home.file);
    await db.exec('DROP INDEX audit_by_subject');
    await db.close();
    expect((await analyzeDatabase(home.file)).scans).toEqual([AUDIT_OF]);
  });
});
