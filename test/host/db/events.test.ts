import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventRow, inboundRow, openTestLedger, outboundRow, someEvent, statesOf, type TestLedger } from '../ledger/fixture.ts';

let home: TestLedger;
beforeEach(async () => {
  home = await openTestLedger();
});
afterEach(() => home.close());

const deliveries = async (event_id: string): Promise<number | undefined> =>
  (await home.ledger.eventOfMessage('telegram', event_id))?.deliveries;

describe('an event that the platform sends again', () => {
  it('is one row with its deliveries counted, and exactly one caller hears that it is new, within one transaction', async () => {
    const results = await Promise.all(
      ['a', 'b', 'c', 'd'].map((id) => home.ledger.commit({ events: [eventRow(home, id, { event_id: 'same' })] })),
    );
    expect(results.map((result, index) => result.events.has(['a', 'b', 'c', 'd'][index] as string))).toEqual([true, false, false, false]);
    expect(await deliveries('same')).toBe(4);
  });

  it('is one row across transactions and restarts', async () => {
    await home.ledger.commit({ events: [eventRow(home, 'a', { event_id: 'same' })] });
    const second = await home.ledger.commit({ events: [eventRow(home, 'b', { event_id: 'same' })] });
    await home.reopen();
    const third = await Promise.all(['c', 'd'].map((id) => home.ledger.commit({ events: [eventRow(home, id, { event_id: 'same' })] })));
    expect([second, ...third].map(({ events }) => events.size)).toEqual([0, 0, 0]);
    expect(await deliveries('same')).toBe(4);
  });

  it('is known by its channel: another channel may use the same id', async () => {
    const { events } = await home.ledger.commit({
      events: [eventRow(home, 'a', { event_id: '1' }), eventRow(home, 'b', { event_id: '1', channel_id: 'slack' })],
    });
    expect([...events.keys()]).toEqual(['a', 'b']);
  });

  it('is refused even when it was handled and its body is gone', async () => {
    await home.ledger.commit({ events: [eventRow(home, 'a', { event_id: 'same' })] });
    await home.ledger.commit({ event_changes: [{ id: 'a', state: 'parsed', finished_at: 5 }] });
    const { events } = await home.ledger.commit({ events: [eventRow(home, 'b', { event_id: 'same' })] });
    expect(events.size).toBe(0);
    expect(await home.ledger.eventOfMessage('telegram', 'same')).toMatchObject({ id: 'a', state: 'parsed', request: null, deliveries: 2 });
  });
});

describe('a message whose event was refused', () => {
  it('is refused with it, and so are its answer and what the audit trail would say of both', async () => {
    const unit = (id: string) => ({
      events: [eventRow(home, id, { event_id: 'same' })],
      messages: [
        inboundRow(home, `${id}-in`, { message_id: `message ${id}` }, { requires_event: id, state: 'answered' }),
        outboundRow(home, `${id}-out`, {}, { in_reply_to: `${id}-in`, state: 'sending' }),
      ],
      audit: [{ at: 1, actor: 'host', action: 'message.decided', subject: `${id}-in`, requires_message: `${id}-in` }],
    });
    const [first, second] = await Promise.all([home.ledger.commit(unit('a')), home.ledger.commit(unit('b'))]);
    expect([first.messages.has('a-in'), first.messages.has('a-out')]).toEqual([true, true]);
    expect([second.messages.has('b-in'), second.messages.has('b-out')]).toEqual([false, false]);
    expect(await statesOf(home, 'a-in', 'a-out', 'b-in', 'b-out')).toEqual(['answered', 'sending', null, null]);
    expect((await home.ledger.auditOf(['a-in', 'b-in'])).map(({ subject }) => subject)).toEqual(['a-in']);
  });
});

describe('the state of an event', () => {
  beforeEach(async () => {
    await home.ledger.commit({ events: [eventRow(home, 'a'), eventRow(home, 'b'), eventRow(home, 'c', { channel_id: 'slack' })] });
  });

  it('keeps its body until it is parsed, and gives it back as it came', async () => {
    const event = someEvent('d', {
      content_type: 'application/x-www-form-urlencoded; charset=utf-8',
      body: 'a=1&a=2&b=%C3%BC&__proto__=x',
    });
    await home.ledger.commit({ events: [home.ledger.eventRow(event, home.clock.now())] });
    const waiting = await home.ledger.waitingEvents('telegram', 0, 10);
    expect(waiting.map(({ event: { id } }) => id)).toEqual(['a', 'b', 'd']);
    expect(waiting[2]?.event).toMatchObject({ ...event, form: { a: ['1', '2'], b: ['ü'] } });
    expect(Object.entries(waiting[2]?.event.form ?? {})).toContainEqual(['__proto__', ['x']]);
    expect(waiting[0]?.event.json).toEqual({ hello: 1 });
  });

  it('is read in the order of the database, channel by channel, page by page', async () => {
    const first = await home.ledger.waitingEvents('telegram', 0, 1);
    const second = await home.ledger.waitingEvents('telegram', first[0]?.seq as number, 1);
    expect([first[0]?.event.id, second[0]?.event.id]).toEqual(['a', 'b']);
    expect(await home.ledger.countOpenEvents()).toEqual([
      { channel_id: 'slack', waiting: 1 },
      { channel_id: 'telegram', waiting: 2 },
    ]);
  });

  it('changes only while it is received, also when two changes stand in one transaction', async () => {
    await Promise.all([
      home.ledger.commit({ event_changes: [{ id: 'a', state: 'received', attempts: 1 }] }),
      home.ledger.commit({ event_changes: [{ id: 'a', state: 'dead', error_code: 'POISON', finished_at: 7 }] }),
      home.ledger.commit({ event_changes: [{ id: 'a', state: 'parsed', finished_at: 8 }] }),
    ]);
    expect(await home.ledger.eventOfMessage('telegram', 'event of a')).toMatchObject({
      state: 'dead',
      attempts: 1,
      error_code: 'POISON',
      finished_at: 7,
    });
  });

  it('keeps what a dead event said, for whoever looks into it', async () => {
    await home.ledger.commit({ event_changes: [{ id: 'a', state: 'dead', error: home.ledger.sealEventError('a', 'no such field') }] });
    const row = await home.ledger.eventOfMessage('telegram', 'event of a');
    expect(row?.request).toMatch(/^v1\./);
    expect(home.ledger.openError('events', 'a', row?.error ?? null)).toBe('no such field');
  });
});
