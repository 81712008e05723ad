import { describe, expect, it } from 'vitest';
import { renderMessage } from '../../../plugins/channels/whatsapp_twilio/render.ts';
import type { OutboundMessage } from '../../../plugins/sdk/index.ts';
import { outbound } from '../granted-context.ts';

const render = (part: Partial<OutboundMessage>, sender = {}) =>
  renderMessage(outbound({ conversation_key: '+43660123456', ...part }), { phone_number: '+14155238886', ...sender });

const addresses = { To: 'whatsapp:+43660123456', From: 'whatsapp:+14155238886' };

describe('a message', () => {
  it('is the three fields that Twilio needs and nothing else', () => {
    expect(render({ text: 'hello' })).toEqual({ form: { ...addresses, Body: 'hello' } });
  });

  it('is sent from the number in either spelling of the configuration', () => {
    expect(render({ text: 'x' }, { phone_number: ' whatsapp:+14155238886 ' })).toMatchObject({ form: addresses });
  });

  it('asks for reports at a public address only', () => {
    expect(render({ text: 'x' }, { status_callback: 'https://bot.example.com/webhooks/whatsapp/twilio' })).toMatchObject({
      form: { StatusCallback: 'https://bot.example.com/webhooks/whatsapp/twilio' },
    });
    expect(render({ text: 'x' }, { status_callback: 'http://127.0.0.1:8080/webhooks/whatsapp/twilio' })).toEqual({
      form: { ...addresses, Body: 'x' },
    });
  });

  it('carries one file, and the others as addresses', () => {
    const attachments = [
      { type: 'image' as const, url: 'https://example.com/a.png' },
      { type: 'document' as const, url: 'https://example.com/b.pdf' },
    ];
    expect(render({ text: 'two', attachments })).toMatchObject({
      form: { Body: 'two\nhttps://example.com/b.pdf', MediaUrl: 'https://example.com/a.png' },
    });
    expect(render({ attachments: attachments.slice(0, 1) })).toEqual({ form: { ...addresses, MediaUrl: 'https://example.com/a.png' } });
  });

  it('shows buttons as lines', () => {
    expect(
      render({
        text: 'Sure?',
        buttons: [
          [
            { id: 'y', label: 'Yes' },
            { id: 'm', label: 'More', url: 'https://example.com' },
          ],
        ],
      }),
    ).toMatchObject({
      form: { Body: 'Sure?\n• Yes\nMore: https://example.com' },
    });
  });

  it.each([
    ['EMPTY_MESSAGE', { text: '' }],
    ['TEXT_TOO_LONG', { text: 'x'.repeat(1601) }],
    ['ATTACHMENT_UNSUPPORTED', { text: 'x', attachments: [{ type: 'image' as const, ref: 'only-a-ref' }] }],
    ['ATTACHMENT_UNSUPPORTED', { text: 'x', attachments: [{ type: 'image' as const, url: 'file:///etc/passwd' }] }],
  ])('is refused for good as %s', (code, part) => expect(render(part)).toMatchObject({ refusal: { code, retryable: false } }));
});
