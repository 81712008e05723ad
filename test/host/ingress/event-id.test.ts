import { createHash } from 'node:crypto';
import { describe, expect, it, vi } from 'vitest';
import { deriveEventId, type EventSource } from '../../../host/ingress/event-id.ts';

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const source = (part: Partial<EventSource>): EventSource => ({ body: Buffer.from('raw'), headers: {}, query: {}, ...part });
const json = (value: unknown) => source({ json: () => value });

const TWILIO = [['form:MessageSid', 'form:MessageStatus'], ['form:MessageSid']];

describe('alternatives', () => {
  it('keep a message and the reports on it apart', () => {
    expect(deriveEventId(TWILIO, source({ form: { MessageSid: ['SM1'] } }))).toBe('SM1');
    expect(deriveEventId(TWILIO, source({ form: { MessageSid: ['SM1'], MessageStatus: ['sent'] } }))).toBe('SM1:sent');
  });

  it('count only when every part is present and not empty', () => {
    expect(deriveEventId(TWILIO, source({ form: { MessageSid: ['SM1'], MessageStatus: [''] } }))).toBe('SM1');
  });

  it.each([undefined, [], TWILIO])('end in the hash of the body when none is present (%j)', (alternatives) => {
    expect(deriveEventId(alternatives, source({}))).toBe(sha256('raw'));
  });

  it('read headers in any case, queries and JSON', () => {
    const given = source({ headers: { 'webhook-id': 'm1' }, query: { shard: '2' }, json: () => ({ a: [{ 'b/c': 7 }] }) });
    expect(deriveEventId([['header:Webhook-Id', 'query:shard', '/a/0/b~1c']], given)).toBe('m1:2:7');
  });
});

describe('JSON', () => {
  it('is parsed once, and not at all when nobody asks', () => {
    const parse = vi.fn(() => ({ update_id: 5 }));
    expect(deriveEventId([['/missing'], ['/other'], ['/update_id']], source({ json: parse }))).toBe('5');
    expect(parse).toHaveBeenCalledTimes(1);
    deriveEventId([['form:x']], source({ json: parse }));
    expect(parse).toHaveBeenCalledTimes(1);
  });

  it('gives no id where its digits are lost, so that two events never become one', () => {
    const parsed = JSON.parse('{"update_id": 9007199254740993}');
    expect(deriveEventId([['/update_id']], json(parsed))).toBe(sha256('raw'));
  });

  it.each([null, 'text', 5, [], {}, { update_id: null }, { update_id: {} }, { update_id: true }, { update_id: 1.5 }])(
    'gives no id for %j',
    (value) => {
      expect(deriveEventId([['/update_id']], json(value))).toBe(sha256('raw'));
    },
  );

  it('finds nothing that every object has', () => {
    expect(deriveEventId([['/constructor/name']], json({}))).toBe(sha256('raw'));
    expect(deriveEventId([['form:constructor'], ['header:constructor'], ['query:constructor']], source({ form: {} }))).toBe(sha256('raw'));
  });
});

it('replaces an id over 255 characters by its hash', () => {
  const long = 'x'.repeat(256);
  expect(deriveEventId([['header:id']], source({ headers: { id: long } }))).toBe(sha256(long));
  expect(deriveEventId([['header:id']], source({ headers: { id: long.slice(1) } }))).toBe(long.slice(1));
});
