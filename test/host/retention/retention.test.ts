import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { EvidenceRow, EvidenceState, MessageState } from '../../../host/db/unit.ts';
import { agesAt } from '../../../host/retention/ages.ts';
import { STEP } from '../../../host/retention/sweep.ts';
import { eventRow, inboundRow, openTestLedger, outboundRow, sessionRow, type TestLedger } from '../ledger/fixture.ts';
import { DAY, HOUR, makeRetention, POLICY, toldBy } from './fixture.ts';

let home: TestLedger;
let now: number;
beforeEach(async () => {
  home = await openTestLedger();
  now = home.clock.now();
});
afterEach(() => home.close());

const inbound = (id: string, days: number, state: MessageState = 'answered', channel_id = 'telegram') =>
  inboundRow(home, id, { channel_id }, { state, received_at: now - days * DAY });
const outbound = (id: string, days: number, state: MessageState = 'sent', in_reply_to: string | null = null, channel_id = 'telegram') =>
  outboundRow(home, id, { channel_id }, { state, in_reply_to, received_at: now - days * DAY });
const ids = async (table: string): Promise<string[]> =>
  (await home.database.reader.all<{ id: string }>(`SELECT id FROM ${table} ORDER BY id`)).map(({ id }) => id);
const content = async (id: string): Promise<string | null | undefined> => (await home.ledger.messageById(id))?.content;

describe('ages', () => {
  it('come from the policy, a channel having its own', () => {
    const ages = agesAt(1000 * DAY, { ...POLICY, channel_days: (id) => (id === 'short' ? 1 : id === 'long' ? 400 : undefined) });
    expect(ages).toMatchObject({ events: 993 * DAY, audit: 635 * DAY });
    expect(ages.messages('any')).toEqual({ blank: 910 * DAY, remove: 910 * DAY });
    expect(ages.messages('long')).toEqual({ blank: 600 * DAY, remove: 600 * DAY });
    // The key of a message goes no sooner than that of its event.
    expect(ages.messages('short')).toEqual({ blank: 999 * DAY, remove: 993 * DAY });
  });

  it('of events are never less than the dedupe window', () => {
    expect(agesAt(1000 * DAY, { ...POLICY, events_days: 1, dedupe_window_ms: 30 * DAY }).events).toBe(970 * DAY);
  });
});

describe('messages', () => {
  it('go when they are older than their retention, answers with what they answer', async () => {
    await home.ledger.commit({
      messages: [
        inbound('old', 91),
        outbound('old answer', 91, 'read', 'old'),
        inbound('young', 89),
        outbound('young answer', 89, 'sent', 'young'),
      ],
    });
    const { retention, finish } = makeRetention(home);
    retention.start();
    await finish();
    expect(await ids('messages')).toEqual(['young', 'young answer']);
  });

  it('that are not final are never touched, nor is what they answer', async () => {
    const open: MessageState[] = ['received', 'dispatched'];
    const waiting: MessageState[] = ['pending', 'sending', 'held'];
    await home.ledger.commit({
      messages: [
        ...open.map((state) => inbound(`in ${state}`, 500, state)),
        inbound('asked', 500),
        ...waiting.map((state, index) => ({ ...outbound(`out ${state}`, 500, state, 'asked'), part: index + 1 })),
      ],
    });
    const before = await home.database.reader.all('SELECT * FROM messages WHERE id <> ? ORDER BY id', ['asked']);
    const { retention, finish } = makeRetention(home, { channel_days: () => 1 });
    retention.start();
    await finish();
    expect(await home.database.reader.all('SELECT * FROM messages WHERE id <> ? ORDER BY id', ['asked'])).toEqual(before);
    expect(await ids('messages')).toContain('asked');
    // They go when they have ended.
    await home.ledger.commit({
      message_changes: before.map((row) => ({ id: (row as { id: string }).id, from: [...open, ...waiting], state: 'dead' as const })),
    });
    home.clock.advance(HOUR);
    await finish();
    home.clock.advance(HOUR);
    await finish();
    expect(await ids('messages')).toEqual([]);
  });

  it('of a channel with a short retention lose their content, and refuse a repetition until their events do', async () => {
    await home.ledger.commit({
      messages: [
        inbound('two days', 2, 'answered', 'short'),
        inbound('eight days', 8, 'answered', 'short'),
        inbound('other', 8, 'answered', 'long'),
      ],
    });
    const { retention, finish } = makeRetention(home, { channel_days: (id) => (id === 'short' ? 1 : undefined) });
    retention.start();
    await finish();
    expect(await ids('messages')).toEqual(['other', 'two days']);
    expect(await content('two days')).toBeNull();
    expect(await content('other')).not.toBeNull();
    const again = { ...inbound('again', 0, 'received', 'short'), message_id: 'message of two days' };
    expect((await home.ledger.commit({ messages: [again] })).messages.size).toBe(0);
    expect(home.ledger.inboundMessage((await home.ledger.messageById('two days')) as never)).toMatchObject({ text: null, attachments: [] });
  });

  it('that ended later than those after them are still found', async () => {
    await home.ledger.commit({ messages: [inbound('first', 2, 'received', 'short'), inbound('second', 2, 'answered', 'short')] });
    const { retention, finish } = makeRetention(home, { channel_days: () => 1 });
    retention.start();
    await finish();
    expect([await content('first'), await content('second')]).toEqual([expect.any(String), null]);
    await home.ledger.commit({ message_changes: [{ id: 'first', from: ['received'], state: 'ignored' }] });
    home.clock.advance(HOUR);
    await finish();
    expect(await content('first')).toBeNull();
  });
});

describe('events', () => {
  it('go after seven days, unless they still wait', async () => {
    const event = (id: string, days: number) => ({ ...eventRow(home, id), received_at: now - days * DAY });
    await home.ledger.commit({ events: [event('parsed', 8), event('dead', 8), event('waits', 8), event('young', 6)] });
    await home.ledger.commit({
      event_changes: [
        { id: 'parsed', state: 'parsed' },
        { id: 'dead', state: 'dead' },
        { id: 'young', state: 'parsed' },
      ],
    });
    const { retention, finish } = makeRetention(home);
    retention.start();
    await finish();
    expect(await ids('events')).toEqual(['waits', 'young']);
    // Its key still refuses a repetition.
    expect((await home.ledger.commit({ events: [{ ...eventRow(home, 'again'), event_id: 'event of young' }] })).events.size).toBe(0);
  });
});

describe('sessions', () => {
  it('go when nobody used them for as long as messages are kept, and no message is left of them', async () => {
    const session = (id: string, days: number, fields = {}) =>
      sessionRow(id, { session_key: id, last_active_at: now - days * DAY, ...fields });
    await home.ledger.commit({
      sessions: [session('empty', 100), session('used', 100), session('recent', 10), session('held', 100, { held_by: 'ada' })],
      messages: [{ ...inbound('kept', 20), session_id: 'used' }],
    });
    const { retention, finish } = makeRetention(home);
    retention.start();
    await finish();
    expect(await ids('sessions')).toEqual(['held', 'recent', 'used']);
  });
});

describe('the work of retention', () => {
  const many = STEP * 3 + 10;
  const fill = () =>
    home.ledger.commit({ messages: Array.from({ length: many }, (_, n) => inbound(`m${String(n).padStart(4, '0')}`, 100)) });

  it('is done in bounded steps, and traffic is written in between', async () => {
    await fill();
    const { retention, units, finish } = makeRetention(home);
    retention.start();
    await home.ledger.commit({ messages: [inbound('traffic', 0)] });
    expect((await ids('messages')).length).toBeGreaterThan(STEP);
    await finish();
    expect(await ids('messages')).toEqual(['traffic']);
    const steps = units.flatMap(({ retire = [] }) => retire);
    expect(steps).toHaveLength(4);
    for (const step of steps) expect('ids' in step && step.ids.length).toBeLessThanOrEqual(STEP);
  });

  it('ends after the step that is under way when the host stops, and tells what it did', async () => {
    await fill();
    const { retention, units } = makeRetention(home);
    retention.start();
    await retention.stop();
    expect((await ids('messages')).length).toBe(many - STEP);
    expect(toldBy(units)).toMatchObject([{ actor: 'host', action: 'retention.applied', detail: { messages: STEP } }]);
    expect(home.clock.armed()).toBe(0);
  });

  it('is told in the trail once a day, with counts', async () => {
    await home.ledger.commit({
      messages: [inbound('a', 100), inbound('b', 89.99)],
      events: [{ ...eventRow(home, 'e'), received_at: now - 6.9 * DAY }],
    });
    await home.ledger.commit({ event_changes: [{ id: 'e', state: 'parsed' }] });
    const { retention, units, finish } = makeRetention(home);
    retention.start();
    await finish();
    for (let hour = 0; hour < 23; hour++) {
      home.clock.advance(HOUR);
      await finish();
    }
    expect(toldBy(units)).toEqual([]);
    home.clock.advance(HOUR);
    await finish();
    expect(toldBy(units)).toMatchObject([{ action: 'retention.applied', decision: 'removed', detail: { messages: 2, events: 1 } }]);
    await retention.stop();
    expect(toldBy(units)).toHaveLength(1);
  });

  it('waits a round when the clock was set', async () => {
    await home.ledger.commit({ messages: [inbound('a', 10)] });
    const { retention, warnings, finish } = makeRetention(home);
    retention.start();
    await finish();
    home.clock.setWall(now + 1000 * DAY);
    home.clock.advance(HOUR);
    await finish();
    expect(await ids('messages')).toEqual(['a']);
    expect(warnings).toEqual([expect.stringContaining('the clock was set')]);
    home.clock.setWall(now + 2 * HOUR);
    home.clock.advance(HOUR);
    await finish();
    home.clock.advance(HOUR);
    await finish();
    expect(await ids('messages')).toEqual(['a']);
    expect(warnings).toHaveLength(2);
  });
});

describe('evidence of connector requests', () => {
  const request = (id: string, days: number, state: EvidenceState = 'success', channel_id = ''): EvidenceRow => ({
    id,
    request_id: id,
    connector_id: 'items',
    operation: 'get',
    effect: 'read',
    caller_kind: 'api',
    actor: 'token:t',
    channel_id,
    conversation_key: '',
    user_key: null,
    person_id: null,
    session_id: null,
    message_id: null,
    approval_id: null,
    idempotency_key: null,
    state,
    rule: 'default',
    code: null,
    counted: 1,
    request_hash: 'h',
    result_hash: null,
    request: 'sealed',
    result: 'sealed',
    requested_at: now - days * DAY,
    started_at: null,
    finished_at: null,
  });
  const rows = async () =>
    (await home.database.reader.all<{ id: string; request: string | null }>('SELECT id, request FROM evidence ORDER BY seq')).map(
      ({ id, request: kept }) => `${id}${kept === null ? ', emptied' : ''}`,
    );

  it('loses its content with the messages, and goes with the trail', async () => {
    await home.ledger.commit({
      evidence: [request('older than the trail', 366), request('old', 91), request('under way', 400, 'started'), request('young', 89)],
    });
    const { retention, finish, units } = makeRetention(home);
    retention.start();
    await finish();
    await retention.stop();
    expect(await rows()).toEqual(['old, emptied', 'under way', 'young']);
    expect(toldBy(units).at(-1)?.detail).toEqual({ evidence: 1, evidence_contents: 2 });
  });

  it('of a channel with a retention of its own follows that', async () => {
    await home.ledger.commit({
      evidence: [request('long', 400, 'success', 'long'), request('short', 2, 'denied', 'short'), request('other', 2, 'denied', 'other')],
    });
    const { retention, finish } = makeRetention(home, { channel_days: (id) => (id === 'short' ? 1 : id === 'long' ? 500 : undefined) });
    retention.start();
    await finish();
    expect(await rows()).toEqual(['long', 'short, emptied', 'other']);
  });
});
