import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventRow, inboundRow, openTestLedger, outboundRow, statesOf, type TestLedger } from '../ledger/fixture.ts';

let home: TestLedger;
beforeEach(async () => {
  home = await openTestLedger();
});
afterEach(() => home.close());

describe('the unique keys of messages', () => {
  it('refuse a second message with the platform id of a first, whichever event brought it', async () => {
    const twin = (id: string) => ({
      events: [eventRow(home, `event-${id}`)],
      messages: [inboundRow(home, id, { message_id: 'twin' }, { requires_event: `event-${id}` })],
    });
    const results = await Promise.all([home.ledger.commit(twin('a')), home.ledger.commit(twin('b'))]);
    const later = await home.ledger.commit(twin('c'));
    expect([...results, later].map(({ messages }) => ['a', 'b', 'c'].filter((id) => messages.has(id)))).toEqual([['a'], ['a'], []]);
    expect(await statesOf(home, 'a', 'b', 'c')).toEqual(['received', null, null]);
  });

  it('let two channels use the same platform id', async () => {
    const { messages } = await home.ledger.commit({
      messages: [inboundRow(home, 'a', { message_id: '1' }), inboundRow(home, 'b', { message_id: '1', channel_id: 'slack' })],
    });
    expect([...messages.keys()]).toEqual(['a', 'b']);
  });

  it('give each part of an answer once', async () => {
    await home.ledger.commit({ messages: [inboundRow(home, 'asked')] });
    const answer = (id: string, part: number) =>
      home.ledger.commit({ messages: [outboundRow(home, id, { part }, { in_reply_to: 'asked' })] });
    await Promise.all([answer('first', 1), answer('again', 1), answer('second', 2)]);
    expect((await home.ledger.answersTo('asked')).map(({ id, part }) => [id, part])).toEqual([
      ['first', 1],
      ['second', 2],
    ]);
  });

  it('refuse an answer to a message that is not there', async () => {
    const { messages } = await home.ledger.commit({ messages: [outboundRow(home, 'lost', {}, { in_reply_to: 'nobody' })] });
    expect(messages.size).toBe(0);
  });

  it('refuse a second request with the same idempotency key', async () => {
    const send = (id: string) => home.ledger.commit({ messages: [outboundRow(home, id, {}, { idempotency_key: 'once' })] });
    await send('a');
    expect((await send('b')).messages.size).toBe(0);
  });
});

describe('a change of state', () => {
  it('happens only from a state it names, and says whether it happened', async () => {
    await home.ledger.commit({ messages: [outboundRow(home, 'm')] });
    const refused = await home.ledger.commit({ message_changes: [{ id: 'm', from: ['sending', 'held'], state: 'sent' }] });
    expect([...refused.changed]).toEqual([]);
    expect(await statesOf(home, 'm')).toEqual(['pending']);
    const made = await home.ledger.commit({ message_changes: [{ id: 'm', from: ['sending', 'pending'], state: 'sending' }] });
    expect([...made.changed]).toEqual(['m']);
  });

  it('keeps what it does not name, and takes null for a value', async () => {
    await home.ledger.commit({ messages: [outboundRow(home, 'm', {}, { held_by: 'network' })] });
    await home.ledger.commit({
      message_changes: [{ id: 'm', from: ['pending'], state: 'held', attempts: 3, next_attempt_at: 99, reason: 'SLOW' }],
    });
    await home.ledger.commit({ message_changes: [{ id: 'm', from: ['held'], state: 'pending', next_attempt_at: null, reason: null }] });
    expect(await home.ledger.messageById('m')).toMatchObject({ attempts: 3, next_attempt_at: null, reason: null, held_by: 'network' });
  });

  it('of many rows in one transaction concerns each row for itself', async () => {
    await home.ledger.commit({ messages: [1, 2, 3].map((part) => outboundRow(home, `m${part}`)) });
    await home.ledger.commit({ message_changes: [{ id: 'm2', from: ['pending'], state: 'dead' }] });
    const { changed } = await home.ledger.commit({
      message_changes: [1, 2, 3].map((part) => ({ id: `m${part}`, from: ['pending'] as const, state: 'sending' as const, attempts: part })),
    });
    expect([...changed].sort()).toEqual(['m1', 'm3']);
    expect(await home.ledger.messageById('m3')).toMatchObject({ attempts: 3 });
  });
});

describe('lists of messages', () => {
  const page = async (filter: Parameters<TestLedger['ledger']['listMessages']>[0]): Promise<string[]> =>
    (await home.ledger.listMessages(filter)).map((row) => row.id);

  beforeEach(async () => {
    await home.ledger.commit({
      messages: [
        inboundRow(home, 'in1', {}, { session_id: 's1', state: 'answered' }),
        inboundRow(home, 'in2', { channel_id: 'slack' }),
        outboundRow(home, 'out1', {}, { state: 'dead', session_id: 's1' }),
        outboundRow(home, 'out2', {}, { state: 'held', held_by: 'network' }),
        outboundRow(home, 'out3', { conversation_key: 'other' }, { state: 'sent' }),
        outboundRow(home, 'out4', {}, { state: 'sending' }),
        outboundRow(home, 'out5', {}, { state: 'unknown' }),
      ],
    });
  });

  it('come newest first, page by page, or oldest first after a row', async () => {
    const [newest] = await home.ledger.listMessages({ limit: 1 });
    expect(newest?.id).toBe('out5');
    expect(await page({ before: newest?.seq, limit: 2 })).toEqual(['out4', 'out3']);
    expect(await page({ after: 0, limit: 2 })).toEqual(['in1', 'in2']);
  });

  it.each([
    [{ direction: 'outbound' as const, states: ['dead', 'unknown'] }, ['out5', 'out1']],
    [{ direction: 'outbound' as const, states: ['held'] }, ['out2']],
    [{ direction: 'outbound' as const, states: ['sent', 'dead'] }, ['out3', 'out1']],
    [{ direction: 'outbound' as const, states: [] }, []],
    [{ direction: 'inbound' as const, states: ['received'] }, ['in2']],
    [{ states: ['dead', 'received'] }, ['out1', 'in2']],
    [{ session_id: 's1' }, ['out1', 'in1']],
    [{ channel_id: 'slack' }, ['in2']],
    [{ channel_id: 'telegram', conversation_key: 'other' }, ['out3']],
    [{ direction: 'outbound' as const, states: ["dead') OR 1=1 --"] }, []],
  ])('are filtered: %j', async (filter, expected) => {
    expect(await page({ ...filter, limit: 50 })).toEqual(expected);
  });

  it('of what waits leave out what is on its way and what is final', async () => {
    expect((await home.ledger.waitingOutbound('telegram', 0, 50)).map(({ id }) => id)).toEqual(['out2']);
    expect((await home.ledger.interruptedOutbound(50)).map(({ id }) => id)).toEqual(['out4']);
    expect((await home.ledger.openInbound(0, 50)).map(({ id }) => id)).toEqual(['in2']);
  });

  it('are counted by channel, direction and state, what is final and well left out', async () => {
    const counts = (await home.ledger.countOpenMessages()).map(
      ({ channel_id, direction, state, waiting }) => `${channel_id} ${direction} ${state} ${waiting}`,
    );
    expect(counts.sort()).toEqual([
      'slack inbound received 1',
      'telegram outbound dead 1',
      'telegram outbound held 1',
      'telegram outbound sending 1',
      'telegram outbound unknown 1',
    ]);
  });
});

describe('who wrote lately', () => {
  it('is told oldest first, for messages that took a place in a rate window and no others', async () => {
    const row = (
      id: string,
      received_at: number,
      state: 'answered' | 'dispatched' | 'failed' | 'received' | 'ignored' | 'rejected',
      user_key: string | null = 'ada',
    ) => inboundRow(home, id, { user_key }, { received_at, state });
    await home.ledger.commit({
      messages: [
        row('old', 100, 'answered'),
        row('a', 250, 'answered'),
        row('b', 230, 'dispatched'),
        row('c', 260, 'failed', 'bob'),
        row('not yet decided', 270, 'received'),
        row('over the limit', 280, 'rejected'),
        row('chatter', 290, 'ignored'),
        row('nobody', 300, 'answered', null),
        outboundRow(home, 'out'),
      ],
    });
    expect(await home.ledger.recentSenders(200)).toEqual([
      { channel_id: 'telegram', user_key: 'ada', received_at: 230 },
      { channel_id: 'telegram', user_key: 'ada', received_at: 250 },
      { channel_id: 'telegram', user_key: 'bob', received_at: 260 },
    ]);
  });

  it('is found behind a backlog of old messages that was only read now', async () => {
    const rows = (count: number, prefix: string, received_at: number) =>
      Array.from({ length: count }, (_, index) => inboundRow(home, `${prefix}${index}`, {}, { received_at, state: 'answered' }));
    await home.ledger.commit({ messages: rows(10, 'recent', 1000) });
    await home.ledger.commit({ messages: rows(3000, 'backlog', 10) });
    expect(await home.ledger.recentSenders(500)).toHaveLength(10);
  });

  it('is not looked for in all of history', async () => {
    const rows = (count: number, prefix: string, received_at: number) =>
      Array.from({ length: count }, (_, index) => inboundRow(home, `${prefix}${index}`, {}, { received_at, state: 'answered' }));
    await home.ledger.commit({ messages: rows(1, 'buried', 1000) });
    await home.ledger.commit({ messages: rows(5000, 'old', 10) });
    expect(await home.ledger.recentSenders(500)).toEqual([]);
  });
});
