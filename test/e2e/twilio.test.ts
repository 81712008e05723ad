/** WhatsApp through a simulated Twilio, on a home made word for word from the deployment guide. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ADMIN_TOKEN, adminApi, channelIn, deliveriesIn, inboundThat, messagesOf } from '../support/admin-api.ts';
import { GUIDE_ENV } from '../support/guide.ts';
import { ACCOUNT_SID, AUTH_TOKEN, BOT_TOKEN, FILLED_ENV, type GuideHome, makeGuideHome, WHATSAPP_NUMBER } from '../support/guide-home.ts';
import { type RunningHost, startHost } from '../support/home.ts';
import { saidTo } from '../support/telegram-chats.ts';
import { textUpdate } from '../support/telegram-home.ts';
import { until } from '../support/until.ts';

const PATH = '/webhooks/whatsapp/twilio';
const EMPTY = '<?xml version="1.0" encoding="UTF-8"?><Response/>';

let guide: GuideHome;
let host: RunningHost;
let sids = 0;

const start = (env: Record<string, string> = {}) =>
  startHost(guide.home, { env: { ...guide.env, AGENTOS_ADMIN_TOKEN: ADMIN_TOKEN, ...env }, running: ['telegram', 'whatsapp_twilio'] });
const form = (number: string, Body: string, extra: Record<string, string> = {}) => {
  const MessageSid = `SM${String(++sids).padStart(32, '0')}`;
  return {
    MessageSid,
    SmsMessageSid: MessageSid,
    From: `whatsapp:${number}`,
    To: `whatsapp:${WHATSAPP_NUMBER}`,
    Body,
    NumMedia: '0',
    ...extra,
  };
};
const bodiesTo = (number: string): string[] =>
  guide.twilio.sent.filter(({ form: sent }) => sent.To === `whatsapp:${number}`).map(({ form: sent }) => sent.Body ?? '');
const saidToNumber = (number: string, count: number) =>
  until(
    () => bodiesTo(number),
    (bodies) => bodies.length >= count,
    `${count} messages to ${number}`,
  );

beforeAll(async () => {
  guide = await makeGuideHome(FILLED_ENV);
  host = await start();
});
afterAll(async () => {
  await host.stop();
  await guide.close();
});

describe("the guide's manifests and .env", () => {
  it('with the placeholders left in, both channels wait in needs_config with the fix, and their webhooks answer 503', async () => {
    const untouched = await makeGuideHome(GUIDE_ENV);
    const waiting = await startHost(untouched.home, { env: { ...untouched.env, AGENTOS_ADMIN_TOKEN: ADMIN_TOKEN } });
    const telegram = await channelIn(waiting, 'telegram', 'needs_config');
    const whatsapp = await channelIn(waiting, 'whatsapp_twilio', 'needs_config');
    expect(telegram).toMatchObject({ reason: 'No value for bot_token.', fix: expect.stringContaining('TELEGRAM_BOT_TOKEN') });
    expect(whatsapp).toMatchObject({ reason: 'No value for account_sid, auth_token.', fix: expect.stringContaining('TWILIO_ACCOUNT_SID') });
    expect(await untouched.twilio.deliver(waiting.url + PATH, form('+4366010', 'hello'))).toMatchObject({ status: 503 });
    expect(await untouched.telegram.deliver(`${waiting.url}/webhooks/telegram`, textUpdate(1, 'x'))).toMatchObject({ status: 503 });
    expect(untouched.telegram.calls.length + untouched.twilio.calls.length).toBe(0);
    expect(await (await fetch(`${waiting.url}/health`)).json()).toMatchObject({ status: 'healthy', components: { channels: [] } });
    await waiting.stop();
    await untouched.close();
  });

  it('with the values filled in and nothing added, both run', async () => {
    const { body } = await adminApi(host).get('/api/channels');
    const states = body.items.map(({ id, state, reason }: Record<string, unknown>) => ({ id, state, reason }));
    expect(states).toEqual([
      { id: 'telegram', state: 'running', reason: null },
      { id: 'whatsapp_twilio', state: 'running', reason: null },
    ]);
    const health = (await (await fetch(`${host.url}/health`)).json()) as { timestamp: string };
    expect(health).toEqual({
      status: 'healthy',
      timestamp: health.timestamp,
      components: { database: 'healthy', network_mode: 'on', channels: ['telegram', 'whatsapp_twilio'] },
    });
    expect(guide.telegram.calls.map(({ path }) => path)).toContain(`/bot${BOT_TOKEN}/getMe`);
  });
});

describe('a signed WhatsApp message', () => {
  it('is acknowledged with an empty response and answered by a call to the API', async () => {
    const answer = await guide.twilio.deliver(host.url + PATH, form('+4366001', 'grüß <dich> & "alle"'));
    expect(answer).toEqual({ status: 200, content_type: 'text/xml', body: EMPTY });
    expect(await saidToNumber('+4366001', 1)).toEqual(['grüß <dich> & "alle"']);
    expect(guide.twilio.sent.at(-1)?.form).toEqual({
      To: 'whatsapp:+4366001',
      From: `whatsapp:${WHATSAPP_NUMBER}`,
      Body: 'grüß <dich> & "alle"',
    });
    expect(await inboundThat(host, '+4366001', () => true)).toMatchObject({ state: 'answered', channel_id: 'whatsapp_twilio' });
  });

  it('with a long text comes back in order, in parts of at most 1,600', async () => {
    const text = Array.from({ length: 700 }, (_, index) => `n${String(index).padStart(4, '0')}`).join(' ');
    await guide.twilio.deliver(host.url + PATH, form('+4366002', text));
    const parts = await saidToNumber('+4366002', 3);
    expect(Math.max(...parts.map((part) => part.length))).toBeLessThanOrEqual(1600);
    expect(parts.join(' ')).toBe(text);
  });

  it('with a photo keeps it as a reference', async () => {
    const MediaUrl0 = guide.twilio.addMedia(Buffer.from('jpeg'), 'image/jpeg');
    await guide.twilio.deliver(host.url + PATH, form('+4366003', '', { NumMedia: '1', MediaUrl0, MediaContentType0: 'image/jpeg' }));
    expect(await saidToNumber('+4366003', 1)).toEqual(['(image)']);
    expect((await inboundThat(host, '+4366003', () => true)).attachments).toMatchObject([{ type: 'image', ref: MediaUrl0 }]);
  });

  it('delivered again is acknowledged the same and answered once', async () => {
    const message = form('+4366004', 'once');
    for (let time = 0; time < 3; time++) expect((await guide.twilio.deliver(host.url + PATH, message)).status).toBe(200);
    await guide.twilio.deliver(host.url + PATH, form('+4366004', 'then'));
    expect(await saidToNumber('+4366004', 2)).toEqual(['once', 'then']);
  });

  it('of a person who opted out: the delivery is dead with the reason and is not tried again', async () => {
    guide.twilio.opted_out.add('+4366005');
    await guide.twilio.deliver(host.url + PATH, form('+4366005', 'hello'));
    expect(await deliveriesIn(host, '+4366005', ['dead'])).toMatchObject([{ reason: 'OPTED_OUT', attempts: 1 }]);
  });

  it('that cannot be sent now is sent when Retry-After says', async () => {
    guide.twilio.script.next('Messages.json', { kind: 'rate_limited', retry_after: 1 });
    await guide.twilio.deliver(host.url + PATH, form('+4366006', 'later'));
    expect(await saidToNumber('+4366006', 1)).toEqual(['later']);
    expect(await deliveriesIn(host, '+4366006', ['sent'])).toMatchObject([{ attempts: 1 }]);
  });
});

describe('media that somebody sent', () => {
  const get = (id: string) => fetch(`${host.url}/api/attachments/${id}`, { headers: { authorization: `Bearer ${ADMIN_TOKEN}` } });
  const received = async (number: string, url: string): Promise<string> => {
    const media = { NumMedia: '1', MediaUrl0: url, MediaContentType0: 'image/jpeg' };
    expect(await guide.twilio.deliver(host.url + PATH, form(number, '', media))).toMatchObject({ status: 200 });
    const message = await inboundThat(host, number, ({ attachments }) => attachments.length === 1);
    return message.attachments[0]?.id as string;
  };

  it("is fetched with the account's credentials, and follows where Twilio redirects to", async () => {
    const id = await received('+4366090', guide.twilio.addMedia(Buffer.from('a photo'), 'image/jpeg'));
    const response = await get(id);
    expect([response.status, response.headers.get('content-type'), await response.text()]).toEqual([200, 'image/jpeg', 'a photo']);
    const [asked, redirected] = guide.twilio.calls.slice(-2);
    const basic = `Basic ${Buffer.from(`${ACCOUNT_SID}:${AUTH_TOKEN}`).toString('base64')}`;
    expect([asked?.headers.authorization, redirected?.path]).toEqual([basic, expect.stringMatching(/^\/cdn\//)]);
  });

  it('is not fetched from anywhere else than Twilio, whoever signed the address', async () => {
    const calls = guide.telegram.calls.length;
    const response = await get(await received('+4366091', `${guide.telegram.url}/stolen.jpg`));
    expect([response.status, await response.json()]).toMatchObject([502, { code: 'ATTACHMENT_UNAVAILABLE' }]);
    expect(guide.telegram.calls).toHaveLength(calls);
  });
});

describe('a status callback', () => {
  const sentSid = async (number: string): Promise<string> => {
    await guide.twilio.deliver(host.url + PATH, form(number, 'report on this'));
    await deliveriesIn(host, number, ['sent']);
    return guide.twilio.sent.find(({ form: sent }) => sent.To === `whatsapp:${number}`)?.sid ?? '';
  };
  const report = async (sid: string, status: string, extra: Record<string, string> = {}) =>
    expect(await guide.twilio.report(host.url + PATH, sid, status, extra)).toMatchObject({ status: 200, body: EMPTY });

  it('moves a delivery to delivered and read, never backwards, and is not answered', async () => {
    const sid = await sentSid('+4366020');
    await report(sid, 'delivered');
    await deliveriesIn(host, '+4366020', ['delivered']);
    await report(sid, 'read');
    await deliveriesIn(host, '+4366020', ['read']);
    for (const late of ['sent', 'delivered', 'failed', 'queued']) await report(sid, late);
    const marker = await sentSid('+4366021');
    await report(marker, 'delivered');
    await deliveriesIn(host, '+4366021', ['delivered']);
    expect(await messagesOf(host, { direction: 'outbound', conversation_key: '+4366020' })).toMatchObject([{ state: 'read' }]);
    expect(bodiesTo('+4366020')).toEqual(['report on this']);
  });

  it('that says failed makes a sent delivery dead, with the reason', async () => {
    const sid = await sentSid('+4366022');
    await report(sid, 'undelivered', { ErrorCode: '63016' });
    expect(await deliveriesIn(host, '+4366022', ['dead'])).toMatchObject([
      { reason: 'REPORTED_FAILED', error: expect.stringContaining('63016') },
    ]);
  });

  it('for a message that was never sent from here is acknowledged and holds nothing up', async () => {
    await report('SM99999999999999999999999999999999', 'delivered');
    await sentSid('+4366023');
    expect(bodiesTo('+4366023')).toHaveLength(1);
  });
});

describe('a signature', () => {
  const before = () => messagesOf(host, { conversation_key: '+4366030' });

  it('that is wrong, missing, or made for another address is 403, and nothing is recorded', async () => {
    const message = form('+4366030', 'forged');
    const forgeries = [
      guide.twilio.deliver(host.url + PATH, message, { signature: 'AAAAAAAAAAAAAAAAAAAAAAAAAAA=' }),
      guide.twilio.deliver(host.url + PATH, message, { signature: '' }),
      guide.twilio.deliver(host.url + PATH, message, { signature: null }),
      guide.twilio.deliver(host.url + PATH, message, { signed_url: `https://bot.example.com${PATH}` }),
      guide.twilio.deliver(`${host.url}${PATH}?a=1`, message, { signed_url: host.url + PATH }),
    ];
    expect((await Promise.all(forgeries)).map(({ status }) => status)).toEqual([403, 403, 403, 403, 403]);
    expect(await before()).toEqual([]);
  });

  it('behind PUBLIC_URL is checked against that address, which Twilio also gets for its reports', async () => {
    await host.stop();
    host = await start({ PUBLIC_URL: 'https://bot.example.com' });
    const signed_url = `https://bot.example.com${PATH}`;
    expect((await guide.twilio.deliver(host.url + PATH, form('+4366031', 'direct'))).status).toBe(403);
    expect((await guide.twilio.deliver(host.url + PATH, form('+4366031', 'public'), { signed_url })).status).toBe(200);
    expect(await saidToNumber('+4366031', 1)).toEqual(['public']);
    expect(guide.twilio.sent.at(-1)?.form.StatusCallback).toBe(signed_url);
    const with_port = `https://bot.example.com:443${PATH}`;
    expect((await guide.twilio.deliver(host.url + PATH, form('+4366031', 'port'), { signed_url: with_port })).status).toBe(200);
    expect(await saidToNumber('+4366031', 2)).toEqual(['public', 'port']);
  });
});

it("the guide's Telegram channel answers on the same host, by a secret that the host made", async () => {
  // PUBLIC_URL is set since the test above, so that the host has registered it.
  expect((await guide.telegram.deliver(`${host.url}/webhooks/telegram`, textUpdate(1, 'both'))).status).toBe(200);
  expect(await saidTo(guide.telegram, 1000, 1)).toEqual(['both']);
});
