import { describe, expect, it } from 'vitest';
import { MAX_TEXT, normaliseMessage } from '../../../host/bus/normalise.ts';
import type { InboundMessageInput } from '../../../schemas/message.ts';
import { someEvent } from '../ledger/fixture.ts';

const LEAST: InboundMessageInput = {
  message_id: 'm1',
  type: 'text',
  conversation_key: 'chat',
  conversation_type: 'direct',
  timestamp: '2026-01-01T10:00:00Z',
};
const EVENT = someEvent('e');
const normalise = (fields: Partial<InboundMessageInput> = {}) => normaliseMessage({ ...LEAST, ...fields }, EVENT, 'id-1');

describe('a message as the host keeps it', () => {
  it('has a value for every field that the adapter left out', () => {
    expect(normalise()).toEqual({
      id: 'id-1',
      event_id: 'event of e',
      channel_id: 'telegram',
      message_id: 'm1',
      type: 'text',
      text: null,
      user_key: null,
      user_name: null,
      user_is_bot: false,
      conversation_key: 'chat',
      conversation_type: 'direct',
      thread_key: null,
      reply_to_message_id: null,
      mentions_bot: false,
      attachments: [],
      location: null,
      action: null,
      album_key: null,
      timestamp: '2026-01-01T10:00:00.000Z',
      metadata: {},
      session_id: null,
      received_at: EVENT.received_at,
    });
  });

  it('belongs to the channel of its event, whatever an adapter adds', () => {
    const forged = { ...LEAST, channel_id: 'slack', id: 'mine', event_id: 'other', session_id: 's' } as InboundMessageInput;
    expect(normaliseMessage(forged, EVENT, 'id-1')).toMatchObject({
      channel_id: 'telegram',
      id: 'id-1',
      event_id: 'event of e',
      session_id: null,
    });
  });

  it.each([
    ['2026-01-01T10:00:00+02:00', '2026-01-01T08:00:00.000Z'],
    ['2026-01-01T10:00:00.5Z', '2026-01-01T10:00:00.500Z'],
    ['2016-12-31T23:59:60Z', '2016-12-31T23:59:59.000Z'],
    ['2016-12-31T23:59:60.25+00:00', '2016-12-31T23:59:59.250Z'],
    ['no time at all', EVENT.received_at],
  ])('has its time in UTC: %s', (timestamp, expected) => {
    expect(normalise({ timestamp }).timestamp).toBe(expected);
  });
});

describe('a text that is too long', () => {
  it('is cut and marked, never refused; what else was said of it stays', () => {
    const message = normalise({ text: 'x'.repeat(MAX_TEXT + 1), metadata: { forwarded: true } });
    expect(message.text).toHaveLength(MAX_TEXT);
    expect(message.metadata).toEqual({ forwarded: true, truncated: true });
  });

  it('is none when it just fits', () => {
    expect(normalise({ text: 'x'.repeat(MAX_TEXT) })).toMatchObject({ text: 'x'.repeat(MAX_TEXT), metadata: {} });
  });

  it('is never cut within a character', () => {
    const text = normalise({ text: `x${'😀'.repeat(MAX_TEXT)}` }).text ?? '';
    expect(text.length).toBe(MAX_TEXT - 1);
    expect(text.endsWith('😀')).toBe(true);
  });
});
