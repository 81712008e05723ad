import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openConnection } from '../../../host/db/connection.ts';
import { withParsedBody } from '../../../host/ledger/event-record.ts';
import { traceOf } from '../../../host/ledger/views.ts';
import { eventRow, inboundRow, openTestLedger, outboundRow, someEvent, someInbound, someOutbound, type TestLedger } from './fixture.ts';

let home: TestLedger;
beforeEach(async () => {
  home = await openTestLedger();
});
afterEach(() => home.close());

const rowOf = async (id: string) => {
  const row = await home.ledger.messageById(id);
  if (!row) throw new Error(`no message ${id}`);
  return row;
};

describe('a message in the ledger', () => {
  it('comes back as it was, every field of it', async () => {
    const message = someInbound('in', {
      text: 'half of a pair \ud83d and a whole \u{1f600}, "quotes", \u0000 and \n',
      user_name: 'Ada 👩‍👩‍👧',
      reply_to_message_id: 'before',
      mentions_bot: true,
      attachments: [{ type: 'image', ref: 'file-1', size_bytes: 5 }],
      location: { latitude: 1.5, longitude: -2, name: 'here' },
      action: { id: 'press', value: null },
      album_key: 'album',
      metadata: { nested: { deep: [1, null, 'x'] } },
      thread_key: 'thread',
    });
    const answer = someOutbound('out', {
      text: null,
      buttons: [[{ id: 'b', label: 'B' }]],
      metadata: { x: 1 },
      reply_to_message_id: 'm',
      part: 3,
    });
    await home.ledger.commit({ messages: [inboundRow(home, 'in', message), outboundRow(home, 'out', answer)] });
    expect(home.ledger.inboundMessage(await rowOf('in'))).toEqual({ ...message, seq: 1 });
    expect(home.ledger.outboundMessage(await rowOf('out'))).toEqual(answer);
  });

  it('lies on the disk without a readable word of what people wrote', async () => {
    const words = ['wordinthetext', 'nameoftheperson', 'wordinmetadata', 'wordinabody', 'wordinanerror', 'wordintheanswer'];
    await home.ledger.commit({
      events: [eventRow(home, 'e', { body: '{"text":"wordinabody"}' })],
      messages: [
        inboundRow(home, 'in', { text: 'wordinthetext', user_name: 'nameoftheperson', metadata: { a: 'wordinmetadata' } }),
        outboundRow(home, 'out', { text: 'wordintheanswer' }),
      ],
      message_changes: [
        { id: 'out', from: ['pending'], state: 'dead', error: home.ledger.sealMessageError(someOutbound('out'), 'wordinanerror') },
      ],
    });
    const stored = JSON.stringify([
      await home.database.reader.all('SELECT * FROM messages'),
      await home.database.reader.all('SELECT * FROM events'),
    ]);
    expect(words.filter((word) => stored.includes(word))).toEqual([]);
  });

  it('whose content was blanked comes back empty, not as an error', async () => {
    await home.ledger.commit({ messages: [inboundRow(home, 'in'), outboundRow(home, 'out')] });
    const db = await openConnection(home.file);
    await db.exec('UPDATE messages SET content = NULL');
    await db.close();
    expect(home.ledger.inboundMessage(await rowOf('in'))).toMatchObject({ text: null, user_name: null, attachments: [], metadata: {} });
    expect(home.ledger.outboundMessage(await rowOf('out'))).toMatchObject({ text: null, buttons: [] });
  });

  it('does not open in the row of another message', async () => {
    await home.ledger.commit({ messages: [inboundRow(home, 'a'), inboundRow(home, 'b')] });
    const [a, b] = [await rowOf('a'), await rowOf('b')];
    expect(() => home.ledger.inboundMessage({ ...a, content: b.content })).toThrow();
  });
});

describe('the body of an event', () => {
  it.each([
    ['application/json', '{"a":1}', { json: { a: 1 } }],
    ['Application/JSON; charset=utf-8', '[]', { json: [] }],
    ['application/vnd.slack+json', 'null', { json: null }],
    ['application/x-www-form-urlencoded', 'a=1&b=&a=2+3', { form: { a: ['1', '2 3'], b: [''] } }],
  ])('of type %s is read as what it is', (content_type, body, expected) => {
    expect(withParsedBody(someEvent('e', { content_type, body }))).toMatchObject(expected);
  });

  it.each([
    ['application/json', '{"a":'],
    ['text/plain', '{"a":1}'],
    ['', '{"a":1}'],
    ['application/jsonp', '{}'],
  ])('of type %j that cannot be read stays a text', (content_type, body) => {
    const event = withParsedBody(someEvent('e', { content_type, body }));
    expect([event.body, event.json, event.form]).toEqual([body, undefined, undefined]);
  });

  it('that an adapter recorded is read as JSON when it is JSON', () => {
    expect(withParsedBody(someEvent('e', { source: 'emit', content_type: '', body: '{"a":1}' })).json).toEqual({ a: 1 });
    expect(withParsedBody(someEvent('e', { source: 'emit', content_type: '', body: 'plain' })).json).toBeUndefined();
  });
});

describe('the trace of a message', () => {
  beforeEach(async () => {
    await home.ledger.commit({
      events: [eventRow(home, 'e', { event_id: 'update-1' })],
      messages: [
        inboundRow(home, 'in', { event_id: 'update-1' }, { requires_event: 'e', state: 'answered', finished_at: home.clock.now() }),
        outboundRow(home, 'out1', { part: 1 }, { in_reply_to: 'in' }),
        outboundRow(home, 'out2', { part: 2 }, { in_reply_to: 'in' }),
        outboundRow(home, 'elsewhere'),
      ],
      audit: [
        {
          at: home.clock.now(),
          actor: 'host',
          action: 'message.decided',
          subject: 'in',
          decision: 'answered',
          detail: { steps: 'dedupe:pass' },
        },
      ],
    });
  });

  it.each(['in', 'out1', 'out2'])('tells the whole life, asked for by %s', async (id) => {
    const trace = await traceOf(home.ledger, id);
    expect(trace?.event).toMatchObject({ id: 'e', event_id: 'update-1', deliveries: 1, state: 'received' });
    expect(trace?.message).toMatchObject({ id: 'in', text: 'hello', state: 'answered', finished_at: '2026-01-01T00:00:00.000Z' });
    expect(trace?.deliveries.map((delivery) => [delivery.id, delivery.part, delivery.text])).toEqual([
      ['out1', 1, 'hello back'],
      ['out2', 2, 'hello back'],
    ]);
    expect(trace?.audit).toMatchObject([{ action: 'message.decided', decision: 'answered', detail: { steps: 'dedupe:pass' } }]);
  });

  it('of a delivery that answers nothing shows the delivery alone, and of nothing is null', async () => {
    expect(await traceOf(home.ledger, 'elsewhere')).toMatchObject({ event: null, message: null, deliveries: [{ id: 'elsewhere' }] });
    expect(await traceOf(home.ledger, 'nobody')).toBeNull();
  });
});
