import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Api } from 'grammy';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type FakeTelegram, startFakeTelegram } from './telegram.ts';

const TOKEN = '7000001:AAEtest';

let telegram: FakeTelegram;
beforeEach(async () => {
  telegram = await startFakeTelegram({ token: TOKEN });
});
afterEach(() => telegram.close());

const client = (token = TOKEN) => new Api(token, { apiRoot: telegram.url });

describe('grammY, a client written for the real one', () => {
  it('sends, registers, and reads back', async () => {
    const api = client();
    expect((await api.getMe()).id).toBe(7000001);
    expect((await api.sendMessage(42, 'hello')).message_id).toBe(1);
    await api.setWebhook('https://a.example/x', { secret_token: 's', allowed_updates: ['message'] });
    const info = await api.getWebhookInfo();
    expect(info).toMatchObject({ url: 'https://a.example/x', allowed_updates: ['message'] });
    expect(info).not.toHaveProperty('secret_token');
    await api.deleteWebhook();
    expect((await api.getWebhookInfo()).url).toBe('');
  });

  it.each([
    ['message text is empty', () => client().sendMessage(42, ' ')],
    ['message is too long', () => client().sendMessage(42, 'x'.repeat(4097))],
    ['An HTTPS URL must be provided', () => client().setWebhook('http://a.example')],
    ['unallowed characters', () => client().setWebhook('https://a.example', { secret_token: 'a b' })],
    ['Unauthorized', () => client('1:other').getMe()],
  ])('is told "%s"', async (description, call) => {
    await expect(call()).rejects.toMatchObject({ description: expect.stringContaining(description) });
  });

  it('is told where a group has moved to, and how long to wait', async () => {
    telegram.moved.set('-5', -1005);
    await expect(client().sendMessage(-5, 'x')).rejects.toMatchObject({ error_code: 400, parameters: { migrate_to_chat_id: -1005 } });
    telegram.script.next('sendMessage', { kind: 'rate_limited', retry_after: 7 });
    await expect(client().sendMessage(42, 'x')).rejects.toMatchObject({ error_code: 429, parameters: { retry_after: 7 } });
    await expect(client().sendMessage(42, 'x')).resolves.toMatchObject({ chat: { id: 42 } });
  });
});

describe('misbehaviour', () => {
  const send = () =>
    fetch(`${telegram.url}/bot${TOKEN}/sendMessage`, { method: 'POST', body: new URLSearchParams({ chat_id: '42', text: 'x' }) });

  it('breaks the connection with or without having sent', async () => {
    telegram.script.next('sendMessage', { kind: 'reset' }, { kind: 'reset', effective: true });
    await expect(send()).rejects.toThrow();
    expect(telegram.sent).toHaveLength(0);
    await expect(send()).rejects.toThrow();
    expect(telegram.sent).toHaveLength(1);
  });

  it('leaves a call without an answer until it is closed', async () => {
    telegram.script.next('*', { kind: 'no_answer' });
    const pending = expect(send()).rejects.toThrow();
    while (telegram.calls.length === 0) await new Promise(setImmediate);
    await telegram.close();
    await pending;
  });

  it('answers slowly but wholly', async () => {
    telegram.script.next('sendMessage', { kind: 'slow_body', ms: 5 });
    expect(await (await send()).json()).toMatchObject({ ok: true });
  });
});

it('delivers with the registered secret, with another, and with none', async () => {
  const seen: (string | undefined)[] = [];
  const receiver = createServer((request, response) => {
    seen.push(request.headers['x-telegram-bot-api-secret-token'] as string | undefined);
    response.writeHead(200).end('ok');
  });
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/`;
  await client().setWebhook('https://a.example', { secret_token: 'registered' });
  expect(await telegram.deliver(url, { update_id: 1 })).toMatchObject({ status: 200, body: 'ok' });
  await telegram.deliver(url, { update_id: 1 }, { secret: 'other' });
  await telegram.deliver(url, { update_id: 1 }, { secret: null });
  expect(seen).toEqual(['registered', 'other', undefined]);
  receiver.closeAllConnections();
  await new Promise((resolve) => receiver.close(resolve));
});
