import { describe, expect, it } from 'vitest';
import { readDocument, textOf } from '../../../host/console/page/views/policy/document-text.ts';
import { bodyOf, questionOf } from '../../../host/console/page/views/policy/question.ts';

const placesOf = (text: string) => {
  const document = readDocument(text);
  return document.ok ? [] : document.faults.map(({ place }) => place);
};

describe('a policy as a text', () => {
  it('is read back as it was', () => {
    const policy = { channels: { webchat: { unknown_senders: 'deny' } }, inbox: {} };
    expect(readDocument(textOf(policy))).toEqual({ ok: true, value: policy });
  });

  it.each([
    ['{\n  "a": 1,\n  b: 2\n}', ['Line 3, column 3']],
    ['{"a": 1,}', ['Line 1, column 8']],
    ['', ['Line 1, column 1']],
    ['{"a": {},\n"a": {},\n"a": {}}', ['Line 2', 'Line 3']],
    ['[]', ['Line 1']],
    ['null', ['Line 1']],
    ['"{}"', ['Line 1']],
  ])('%j has its faults at %j', (text, places) => {
    expect(placesOf(text)).toEqual(places);
  });
});

describe('a case that is explained', () => {
  it('sends what is given and nothing else', () => {
    const question = questionOf({ channel_id: ' telegram ', user_key: '7' });
    expect(bodyOf(question, undefined)).toEqual({
      channel_id: 'telegram',
      user_key: '7',
      conversation_type: 'direct',
      mentions_bot: false,
    });
    const whole = { ...question, text: '/help', at: '2026-01-31T12:00', network_mode: 'off', phase: 'planning', mentions_bot: true };
    expect(bodyOf(whole, {})).toEqual({
      channel_id: 'telegram',
      user_key: '7',
      conversation_type: 'direct',
      mentions_bot: true,
      text: '/help',
      at: new Date('2026-01-31T12:00').toISOString(),
      network_mode: 'off',
      phase: 'planning',
      policy: {},
    });
  });
});
