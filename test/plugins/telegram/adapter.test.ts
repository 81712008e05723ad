import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { TelegramAdapter } from '../../../plugins/channels/telegram/adapter.ts';
import { UPDATE_KINDS } from '../../../plugins/channels/telegram/parse.ts';
import type { Receipt } from '../../../plugins/sdk/index.ts';
import type { Behaviour } from '../../fakes/provider.ts';
import { type FakeTelegram, startFakeTelegram } from '../../fakes/telegram.ts';
import { createGrantedContext, type Granted, outbound, webhookEvent } from '../granted-context.ts';
import * as updates from './fixtures/updates.ts';

const TOKEN = '7000001:AAEtest-token_value';
const SECRET = 'hook_secret-1';
const WEBHOOK_URL = 'https://bot.example.com/webhooks/telegram';

let telegram: FakeTelegram;
const opened: Granted[] = [];

const open = ({ token = TOKEN, webhook_url }: { token?: string; webhook_url?: string } = {}) => {
  const granted = createGrantedContext('telegram', {
    config: { api_base_url: telegram.url },
    secrets: { bot_token: token, webhook_secret: SECRET },
    ...(webhook_url === undefined ? {} : { webhook_url }),
  });
  opened.push(granted);
  return { ...granted, adapter: new TelegramAdapter(granted.context) };
};

const called = (method: string) => telegram.calls.filter((call) => call.method === method);

beforeEach(async () => {
  telegram = await startFakeTelegram({ token: TOKEN, username: updates.BOT.username });
});
afterEach(async () => {
  await telegram.close();
  await Promise.all(opened.splice(0).map((granted) => granted.close()));
});

describe('start', () => {
  it('learns who it is, so that it knows when it is spoken to', async () => {
    const { adapter } = open();
    const mention = () => adapter.receive(webhookEvent({ json: updates.mention }));
    expect(await mention()).toMatchObject([{ mentions_bot: false }]);
    await adapter.start();
    expect(await mention()).toMatchObject([{ mentions_bot: true }]);
  });

  it('registers address, secret and kinds of updates', async () => {
    await open({ webhook_url: WEBHOOK_URL }).adapter.start();
    expect(telegram.webhook).toEqual({ url: WEBHOOK_URL, secret_token: SECRET, allowed_updates: UPDATE_KINDS, max_connections: 40 });
  });

  it('leaves a registration alone that is right already', async () => {
    await open({ webhook_url: WEBHOOK_URL }).adapter.start();
    await open({ webhook_url: WEBHOOK_URL }).adapter.start();
    expect(called('setWebhook')).toHaveLength(1);
  });

  it.each([
    ['the address is another', { url: 'https://old.example.com/hook' }],
    ['the kinds of updates are others', { allowed_updates: ['message'] }],
    ['Telegram reports that we refused its secret', { last_error_message: 'Wrong response from the webhook: 401 Unauthorized' }],
  ])('registers again when %s', async (_why, differing) => {
    const { adapter } = open({ webhook_url: WEBHOOK_URL });
    await adapter.start();
    Object.assign(telegram.webhook, differing);
    await adapter.start();
    expect(called('setWebhook')).toHaveLength(2);
  });

  it.each([undefined, 'http://bot.example.com/webhooks/telegram'])(
    'says why it registers nothing with the address %s',
    async (webhook_url) => {
      const { adapter, logs } = open(webhook_url === undefined ? {} : { webhook_url });
      await adapter.start();
      expect(called('setWebhook')).toHaveLength(0);
      expect(logs).toMatchObject([{ level: 'warn', fields: { reason: expect.stringContaining('PUBLIC_URL') } }]);
    },
  );

  it("keeps running when Telegram does not take the address, and health tells Telegram's reason", async () => {
    const { adapter } = open({ webhook_url: 'https://bot.example.com:9000/webhooks/telegram' });
    await adapter.start();
    expect(await adapter.health()).toMatchObject({
      status: 'degraded',
      reason: expect.stringContaining('only on ports 80, 88, 443 or 8443'),
    });
  });

  it.each<[string, Behaviour]>([
    ['UNAUTHORIZED', { kind: 'unauthorized' }],
    ['UNAUTHORIZED', { kind: 'answer', status: 404, body: { ok: false, error_code: 404, description: 'Not Found' } }],
    ['PLATFORM_UNAVAILABLE', { kind: 'html', status: 502 }],
    ['PLATFORM_UNAVAILABLE', { kind: 'rate_limited', retry_after: 3 }],
    ['RESET', { kind: 'reset' }],
  ])('fails with the code %s for %j', async (code, behaviour) => {
    telegram.script.next('getMe', behaviour);
    await expect(open().adapter.start()).rejects.toMatchObject({ code });
  });

  it('fails as unauthorized for a token that Telegram does not know', async () => {
    await expect(open({ token: '1:wrong' }).adapter.start()).rejects.toMatchObject({ code: 'UNAUTHORIZED' });
  });
});

describe('send', () => {
  const send = (part = {}): Promise<Receipt> => open().adapter.send(outbound({ text: 'hello', ...part }));

  it('sends one message and names it as its reply will', async () => {
    expect(await send()).toEqual({ status: 'sent', platform_message_id: '42:1' });
    expect(telegram.sent).toMatchObject([{ method: 'sendMessage', params: { chat_id: 42, text: 'hello' } }]);
    expect(called('sendMessage')[0]?.path).toBe(`/bot${TOKEN}/sendMessage`);
  });

  it.each<[string, Behaviour, object]>([
    ['a wait', { kind: 'rate_limited', retry_after: 2 }, { code: 'RATE_LIMITED', retryable: true, retry_after_ms: 2000 }],
    [
      'a wait in the header only',
      { kind: 'answer', status: 429, body: 'x', headers: { 'retry-after': '3' } },
      { code: 'RATE_LIMITED', retry_after_ms: 3000 },
    ],
    ['a wait without a time', { kind: 'rate_limited' }, { code: 'RATE_LIMITED', retryable: true }],
    ['an error page', { kind: 'html', status: 503 }, { code: 'PLATFORM_UNAVAILABLE', retryable: true }],
    ['a block', { kind: 'blocked' }, { code: 'RECIPIENT_BLOCKED', retryable: false }],
    ['a revoked token', { kind: 'unauthorized' }, { code: 'ACCOUNT_REFUSED', retryable: false }],
    ['an answer that cannot be read', { kind: 'invalid_json' }, { code: 'BAD_ANSWER', retryable: false }],
    ['an answer without an id', { kind: 'answer', status: 200, body: { ok: true, result: {} } }, { code: 'BAD_ANSWER', retryable: false }],
  ])('says what %s means', async (_name, behaviour, receipt) => {
    telegram.script.next('sendMessage', behaviour);
    expect(await send()).toMatchObject({ status: 'failed', ...receipt });
  });

  it('gives up on a chat that does not exist', async () => {
    telegram.missing.add('42');
    expect(await send()).toMatchObject({ code: 'RECIPIENT_UNKNOWN', retryable: false, reason: 'Bad Request: chat not found' });
  });

  it('leaves it to the host what a broken connection means: the message may have arrived', async () => {
    telegram.script.next('sendMessage', { kind: 'reset', effective: true });
    await expect(send()).rejects.toMatchObject({ code: 'RESET' });
    expect(telegram.sent).toHaveLength(1);
  });

  it('follows a group to its supergroup within the same send, once', async () => {
    telegram.moved.set('-500', -1001111111111);
    expect(await send({ conversation_key: '-500' })).toEqual({ status: 'sent', platform_message_id: '-1001111111111:1' });
    expect(telegram.sent).toHaveLength(1);
  });

  it('does not follow a group round in circles', async () => {
    telegram.moved.set('-500', -501);
    telegram.moved.set('-501', -500);
    expect(await send({ conversation_key: '-500' })).toMatchObject({ code: 'CHAT_MIGRATED', retryable: false });
    expect(called('sendMessage')).toHaveLength(2);
  });

  it('asks nobody when there is nothing to send', async () => {
    expect(await send({ text: '' })).toMatchObject({ code: 'EMPTY_MESSAGE' });
    expect(telegram.calls).toEqual([]);
  });

  it('never shows the token in a receipt or a log', async () => {
    const { adapter, logs } = open();
    telegram.script.next('sendMessage', { kind: 'answer', status: 400, body: { ok: false, error_code: 400, description: `no ${TOKEN}` } });
    expect(JSON.stringify([await adapter.send(outbound({ text: 'x' })), logs])).not.toContain(TOKEN);
  });
});

describe('receive', () => {
  it('gives the same messages for the same event, also from the body alone', async () => {
    const { adapter } = open();
    const event = webhookEvent({ json: updates.photo });
    const first = await adapter.receive(event);
    expect(await adapter.receive(event)).toEqual(first);
    expect(await adapter.receive(webhookEvent({ body: JSON.stringify(updates.photo) }))).toEqual(first);
  });

  it('ignores a body that is no JSON', async () => expect(await open().adapter.receive(webhookEvent({ body: '{"update' }))).toEqual([]));

  it('hands a pressed button on without waiting for its spinner to be stopped', async () => {
    const { adapter, requests } = open();
    telegram.script.next('answerCallbackQuery', { kind: 'no_answer' });
    expect(await adapter.receive(webhookEvent({ json: updates.callback }))).toMatchObject([{ type: 'action' }]);
    expect(requests).toMatchObject([
      { url: expect.stringMatching(/answerCallbackQuery$/), request: { json: { callback_query_id: 'cb-1' } } },
    ]);
  });
});

describe('the rest', () => {
  it('shows that it is typing, in the topic, and bears that it cannot', async () => {
    const { adapter } = open();
    await adapter.typing({ channel_id: 'telegram', conversation_key: '42', thread_key: '5' });
    expect(JSON.parse(called('sendChatAction')[0]!.body)).toEqual({ chat_id: 42, message_thread_id: 5, action: 'typing' });
    telegram.script.next('sendChatAction', { kind: 'reset' });
    await expect(adapter.typing({ channel_id: 'telegram', conversation_key: '42' })).resolves.toBeUndefined();
  });

  it('edits a message, and holds an edit that changes nothing for done', async () => {
    const { adapter } = open();
    expect(await adapter.edit(outbound({ text: 'new' }), '42:7')).toEqual({ status: 'sent', platform_message_id: '42:7' });
    const body = { ok: false, error_code: 400, description: 'Bad Request: message is not modified: specified new message content' };
    telegram.script.next('editMessageText', { kind: 'answer', status: 400, body });
    expect(await adapter.edit(outbound({ text: 'new' }), '42:7')).toMatchObject({ status: 'sent' });
  });

  it('tells where the bytes of a file lie, in a request that the host may carry out', async () => {
    const { adapter, context } = open();
    telegram.addFile('doc', Buffer.from('file bytes'), 'documents/my plan.pdf');
    const { url, ...request } = await adapter.attachment('doc');
    expect(await context.fetch?.(url, request)).toMatchObject({ status: 200, body: 'file bytes' });
  });

  it('refuses a place outside the files', async () => {
    telegram.script.next('getFile', { kind: 'answer', status: 200, body: { ok: true, result: { file_path: '../../botX/getMe' } } });
    await expect(open().adapter.attachment('doc')).rejects.toMatchObject({ code: 'BAD_ANSWER' });
  });

  it('is well, is unwell with a reason, and is well again', async () => {
    const { adapter } = open();
    expect(await adapter.health()).toEqual({ status: 'ok' });
    telegram.script.next('getMe', { kind: 'unauthorized' }, { kind: 'reset' });
    expect(await adapter.health()).toMatchObject({ status: 'degraded', reason: expect.stringContaining('@BotFather') });
    expect(await adapter.health()).toMatchObject({ status: 'degraded' });
    expect(await adapter.health()).toEqual({ status: 'ok' });
  });
});
