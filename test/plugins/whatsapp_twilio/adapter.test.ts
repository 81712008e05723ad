import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WhatsAppTwilioAdapter } from '../../../plugins/channels/whatsapp_twilio/adapter.ts';
import type { Receipt } from '../../../plugins/sdk/index.ts';
import type { Behaviour } from '../../fakes/provider.ts';
import { type FakeTwilio, startFakeTwilio } from '../../fakes/twilio.ts';
import { createGrantedContext, type Granted, outbound, webhookEvent } from '../granted-context.ts';
import * as forms from './fixtures/forms.ts';

const ACCOUNT = 'AC00000000000000000000000000000001';
const TOKEN = 'auth-token-of-the-account';
const NOW = Date.parse('2026-01-02T03:04:05.000Z');

let twilio: FakeTwilio;
const opened: Granted[] = [];

const open = (auth_token = TOKEN) => {
  const granted = createGrantedContext('whatsapp_twilio', {
    config: { api_base_url: twilio.url, account_sid: ACCOUNT, phone_number: '+14155238886' },
    secrets: { auth_token },
    now: () => NOW,
  });
  opened.push(granted);
  return { ...granted, adapter: new WhatsAppTwilioAdapter(granted.context) };
};
const send = (part = {}): Promise<Receipt> => open().adapter.send(outbound({ conversation_key: '+43660123456', text: 'hello', ...part }));

beforeEach(async () => {
  twilio = await startFakeTwilio({ account_sid: ACCOUNT, auth_token: TOKEN });
});
afterEach(async () => {
  await twilio.close();
  await Promise.all(opened.splice(0).map((granted) => granted.close()));
});

describe('send', () => {
  it("posts exactly what Twilio's own client posts", async () => {
    const receipt = await send();
    expect(receipt).toEqual({ status: 'sent', platform_message_id: twilio.sent[0]?.sid });
    expect(twilio.calls).toMatchObject([
      {
        path: `/2010-04-01/Accounts/${ACCOUNT}/Messages.json`,
        headers: { authorization: `Basic ${Buffer.from(`${ACCOUNT}:${TOKEN}`).toString('base64')}` },
        body: 'To=whatsapp%3A%2B43660123456&From=whatsapp%3A%2B14155238886&Body=hello',
      },
    ]);
  });

  const error = (status: number, code: number, headers?: Record<string, string>): Behaviour => ({
    kind: 'answer',
    status,
    body: { code, message: 'no', status },
    ...(headers ? { headers } : {}),
  });

  it.each<[string, Behaviour, object]>([
    ['a wait', { kind: 'rate_limited', retry_after: 2 }, { code: 'RATE_LIMITED', retryable: true, retry_after_ms: 2000 }],
    [
      'a wait until a date',
      error(429, 20429, { 'retry-after': 'Fri, 02 Jan 2026 03:04:35 GMT' }),
      { code: 'RATE_LIMITED', retry_after_ms: 30_000 },
    ],
    ['a wait of the WhatsApp sender', error(400, 63018), { code: 'RATE_LIMITED', retryable: true }],
    ['an error page', { kind: 'html', status: 502 }, { code: 'PLATFORM_UNAVAILABLE', retryable: true }],
    ['a revoked token', { kind: 'unauthorized' }, { code: 'ACCOUNT_REFUSED', retryable: false }],
    ['an account that is gone', error(404, 20404), { code: 'ACCOUNT_REFUSED', retryable: false }],
    ['an opted-out person', { kind: 'blocked' }, { code: 'OPTED_OUT', retryable: false }],
    ['a closed window', error(400, 63016), { code: 'OUTSIDE_WINDOW', retryable: false }],
    ['a refusal of another kind', error(400, 21619), { code: 'REFUSED', reason: '21619: no', retryable: false }],
    ['an answer that cannot be read', { kind: 'invalid_json' }, { code: 'BAD_ANSWER', retryable: false }],
    ['an answer without an id', { kind: 'answer', status: 201, body: {} }, { code: 'BAD_ANSWER', retryable: false }],
    [
      'a message that failed at once',
      { kind: 'answer', status: 201, body: { sid: 'SM1', status: 'failed', error_code: 63016 } },
      { code: 'OUTSIDE_WINDOW' },
    ],
  ])('says what %s means', async (_name, behaviour, receipt) => {
    twilio.script.next('Messages.json', behaviour);
    expect(await send()).toMatchObject({ status: 'failed', ...receipt });
  });

  it('does not hold a bad number against the account', async () => {
    expect(await send({ conversation_key: 'nobody' })).toMatchObject({ code: 'RECIPIENT_UNKNOWN', retryable: false });
  });

  it('leaves it to the host what a broken connection means: the message may have arrived', async () => {
    twilio.script.next('Messages.json', { kind: 'reset', effective: true });
    await expect(send()).rejects.toMatchObject({ code: 'RESET' });
    expect(twilio.sent).toHaveLength(1);
  });
});

describe('receive', () => {
  it('gives the same for the same event', async () => {
    const { adapter } = open();
    const event = webhookEvent({ form: forms.asForm(forms.image) });
    expect(await adapter.receive(event)).toEqual(await adapter.receive(event));
  });

  it('ignores an event that is no form', async () =>
    expect(await open().adapter.receive(webhookEvent({ json: {}, body: '{}' }))).toEqual([]));
});

describe('attachments', () => {
  it('are fetched with the account, which does not follow the redirect to another address by itself', async () => {
    const { adapter, context } = open();
    const { url, ...request } = await adapter.attachment(twilio.addMedia(Buffer.from('picture'), 'image/png'));
    expect(await context.fetch?.(url, request)).toMatchObject({ status: 200, body: 'picture' });
  });

  it.each(['https://evil.example.com/2010-04-01/x', 'http://127.0.0.1:1/x', ''])('are never fetched from %j', async (ref) => {
    await expect(open().adapter.attachment(ref)).rejects.toMatchObject({ code: 'INVALID_PARAMS' });
  });

  it("are not fetched from an address that only begins like Twilio's", async () => {
    await expect(open().adapter.attachment(`${twilio.url}0/x`)).rejects.toMatchObject({ code: 'INVALID_PARAMS' });
  });
});

describe('health', () => {
  it('is well, is unwell with a reason, and is well again', async () => {
    const { adapter } = open();
    expect(await adapter.health()).toEqual({ status: 'ok' });
    twilio.script.next('*', { kind: 'answer', status: 200, body: { status: 'suspended' } }, { kind: 'reset' });
    expect(await adapter.health()).toEqual({ status: 'degraded', reason: 'The Twilio account is suspended.' });
    expect(await adapter.health()).toMatchObject({ status: 'degraded' });
    expect(await adapter.health()).toEqual({ status: 'ok' });
  });

  it('tells that the token is wrong', async () => {
    expect(await open('wrong').adapter.health()).toEqual({ status: 'degraded', reason: '20003: Authenticate' });
  });
});
