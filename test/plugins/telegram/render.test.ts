import { describe, expect, it } from 'vitest';
import { movedTo, renderEdit, renderMessage } from '../../../plugins/channels/telegram/render.ts';
import type { OutboundMessage } from '../../../plugins/sdk/index.ts';
import { outbound } from '../granted-context.ts';

const call = (part: Partial<OutboundMessage>) => {
  const rendered = renderMessage(outbound(part));
  if ('refusal' in rendered) throw new Error(JSON.stringify(rendered.refusal));
  return rendered.call;
};
const refusal = (part: Partial<OutboundMessage>) => {
  const rendered = renderMessage(outbound(part));
  return 'refusal' in rendered ? rendered.refusal : undefined;
};
const image = { type: 'image' as const, url: 'https://example.com/a.png' };

describe('text', () => {
  it('is sent as it is, without a parse mode that could refuse it', () => {
    expect(call({ text: '*not* <b>markup</b> _' })).toEqual({
      method: 'sendMessage',
      params: { chat_id: 42, text: '*not* <b>markup</b> _' },
    });
  });

  it('goes to the topic that the conversation is held in', () => {
    expect(call({ text: 'x', conversation_key: '-1009999999999', thread_key: '5' }).params).toMatchObject({
      chat_id: -1009999999999,
      message_thread_id: 5,
    });
  });

  it('quotes a message of this chat, also by the name of an action on it', () => {
    const quoted = { message_id: 11, allow_sending_without_reply: true };
    expect(call({ text: 'x', reply_to_message_id: '42:11' }).params.reply_parameters).toEqual(quoted);
    expect(call({ text: 'x', reply_to_message_id: '42:11#action:7' }).params.reply_parameters).toEqual(quoted);
  });

  it.each(['4:11', '421:11', '-42:11', '42:', '42:x', '11', 'SM1'])('does not quote %s, which is no message of chat 42', (id) => {
    expect(call({ text: 'x', reply_to_message_id: id }).params).not.toHaveProperty('reply_parameters');
  });

  it.each([
    ['EMPTY_MESSAGE', { text: '' }],
    ['TEXT_TOO_LONG', { text: 'x'.repeat(4097) }],
  ])('is refused for good as %s', (code, part) => expect(refusal(part)).toMatchObject({ status: 'failed', code, retryable: false }));
});

describe('buttons', () => {
  it('become an inline keyboard', () => {
    const buttons = [[{ id: 'yes', label: 'Yes' }], [{ id: 'more', label: 'More', url: 'https://example.com' }]];
    expect(call({ text: 'Sure?', buttons }).params.reply_markup).toEqual({
      inline_keyboard: [[{ text: 'Yes', callback_data: 'yes' }], [{ text: 'More', url: 'https://example.com' }]],
    });
  });

  it('are measured in bytes, not in characters', () => {
    expect(refusal({ text: 'x', buttons: [[{ id: 'é'.repeat(33), label: 'L' }]] })).toMatchObject({ code: 'BUTTON_ID_TOO_LONG' });
    expect(refusal({ text: 'x', buttons: [[{ id: 'é'.repeat(32), label: 'L' }]] })).toBeUndefined();
  });
});

describe('files', () => {
  it('carry the text as caption', () => {
    expect(call({ text: 'look', attachments: [image] })).toEqual({
      method: 'sendPhoto',
      params: { chat_id: 42, photo: 'https://example.com/a.png', caption: 'look' },
    });
  });

  it('are named by their Telegram id when they have one', () => {
    expect(call({ attachments: [{ type: 'document', ref: 'BQAC', url: 'https://example.com/x' }] }).params.document).toBe('BQAC');
  });

  it('go as an address below a text that is too long for a caption', () => {
    const { method, params } = call({ text: 'x'.repeat(1025), attachments: [image] });
    expect(method).toBe('sendMessage');
    expect(params.text).toBe(`${'x'.repeat(1025)}\nhttps://example.com/a.png`);
  });

  it('beyond the first go as addresses, and are never dropped in silence', () => {
    const second = { type: 'document' as const, url: 'https://example.com/b.pdf' };
    expect(call({ text: 'two', attachments: [image, second] }).params.caption).toBe('two\nhttps://example.com/b.pdf');
    expect(refusal({ text: 'two', attachments: [image, { type: 'document', ref: 'only-a-ref' }] })).toMatchObject({
      code: 'ATTACHMENT_UNSUPPORTED',
    });
  });

  it('that take no caption are refused with a text that would be lost', () => {
    expect(refusal({ text: 'hi', attachments: [{ type: 'sticker', ref: 'CAAC' }] })).toMatchObject({ code: 'ATTACHMENT_UNSUPPORTED' });
    expect(call({ attachments: [{ type: 'sticker', ref: 'CAAC' }] }).method).toBe('sendSticker');
  });
});

it('quotes nothing in the chat that Telegram moved a group to, where numbers mean other messages', () => {
  const original = call({ text: 'x', conversation_key: '-500', reply_to_message_id: '-500:3' });
  expect(movedTo(original, '-1001111111111')).toEqual({ method: 'sendMessage', params: { chat_id: -1001111111111, text: 'x' } });
});

it('edits only a message of the same chat', () => {
  expect(renderEdit(outbound({ text: 'new' }), '42:7')).toEqual({
    call: { method: 'editMessageText', params: { chat_id: 42, message_id: 7, text: 'new' } },
  });
  expect(renderEdit(outbound({ text: 'new' }), '43:7')).toMatchObject({ refusal: { code: 'MESSAGE_UNKNOWN' } });
});
