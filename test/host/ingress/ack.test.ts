import { describe, expect, it } from 'vitest';
import { type AckSource, acknowledge } from '../../../host/ingress/ack.ts';
import { readManifest } from '../../plugins/granted-context.ts';

const TWILIO = readManifest('plugins/channels/whatsapp_twilio').webhook?.ack;
const XML = '<?xml version="1.0" encoding="UTF-8"?>';
const twilio = (ack_text: unknown, form: AckSource['form'] = { SmsStatus: ['received'] }) =>
  acknowledge(TWILIO, { config: { ack_text }, form });

describe("Twilio's acknowledgement", () => {
  it.each([undefined, '', '  ', 5])('sends and bills no message when the text is %j', (text) => {
    expect(twilio(text)).toEqual({ status: 200, content_type: 'text/xml', body: `${XML}<Response/>` });
  });

  it("sends the operator's text", () => expect(twilio('We got it').body).toBe(`${XML}<Response><Message>We got it</Message></Response>`));

  it('never lets a text become markup, or break the XML', () => {
    expect(twilio('a & b <c> "d" \'e\'').body).toContain('<Message>a &amp; b &lt;c&gt; &quot;d&quot; &apos;e&apos;</Message>');
    expect(twilio('x\u0000\u0008\u001f\ufffe\ud800y').body).toContain('<Message>xy</Message>');
    expect(twilio("$& $1 $' 😀").body).toContain('<Message>$&amp; $1 $&apos; 😀</Message>');
    expect(twilio('{ack_text}').body).toContain('<Message>{ack_text}</Message>');
  });

  it('answers a report on our own message without text: the text would be reported on again', () => {
    expect(twilio('We got it', { MessageStatus: ['delivered'] }).body).toBe(`${XML}<Response/>`);
  });
});

it("Telegram's acknowledgement is the guide's", () => {
  expect(acknowledge(readManifest('plugins/channels/telegram').webhook?.ack, { config: {} })).toEqual({
    status: 200,
    content_type: 'application/json',
    body: '{"status":"ok"}',
  });
});

it('without one in the manifest everything is well', () => {
  expect(acknowledge(undefined, { config: {} })).toEqual({ status: 200, content_type: 'application/json', body: '{"status":"ok"}' });
});

it('a declared status and body are given as they are', () => {
  expect(acknowledge({ status: 202, content_type: 'text/plain', body: '<b>{text}</b>' }, { config: { text: 'x' } })).toEqual({
    status: 202,
    content_type: 'text/plain',
    body: '<b>{text}</b>',
  });
});

describe('named acknowledgements', () => {
  it.each([
    [{ type: 2 }, '{"type":5}'],
    [{ type: 3 }, '{"type":6}'],
    [{ type: 4 }, '{"type":8,"data":{"choices":[]}}'],
    [{ type: 5 }, '{"type":5}'],
    [{ type: 'constructor' }, '{"type":5}'],
    [null, '{"type":5}'],
  ])('Discord %j is told %s', (interaction, body) => {
    expect(acknowledge('discord_interaction', { config: {}, json: () => interaction })).toMatchObject({ status: 200, body });
  });

  it("Slack's buttons get an empty 200", () =>
    expect(acknowledge('slack_interactive', { config: {} })).toMatchObject({ status: 200, body: '' }));
});
