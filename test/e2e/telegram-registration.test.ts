/** With PUBLIC_URL the host tells Telegram where to deliver, and by which secret a delivery is known. */
import { afterEach, expect, it } from 'vitest';
import type { RunningHost } from '../support/home.ts';
import { startHost } from '../support/home.ts';
import { saidTo } from '../support/telegram-chats.ts';
import { makeTelegramHome, SECRET, type TelegramHome, TOKEN, textUpdate } from '../support/telegram-home.ts';

const PUBLIC_URL = 'https://bot.example.com';

let room: TelegramHome;
let host: RunningHost | null = null;
const start = async (env: Record<string, string>) => {
  host = await startHost(room.home, { env: { TELEGRAM_BOT_TOKEN: TOKEN, ...env }, running: ['telegram'] });
  return host;
};
const stop = async () => {
  await host?.stop();
  host = null;
};
afterEach(async () => {
  await stop();
  await room.telegram.close();
  room.home.remove();
});

const callsOf = (method: string) => room.telegram.calls.filter((call) => call.method === method).length;

it('registers address and secret, and not again when nothing differs', async () => {
  room = await makeTelegramHome();
  await start({ PUBLIC_URL, TELEGRAM_WEBHOOK_SECRET: SECRET });
  expect(room.telegram.webhook).toMatchObject({ url: `${PUBLIC_URL}/webhooks/telegram`, secret_token: SECRET });
  expect(room.telegram.webhook.allowed_updates).toEqual(expect.arrayContaining(['message', 'callback_query', 'edited_message']));
  expect(callsOf('setWebhook')).toBe(1);
  await stop();
  await start({ PUBLIC_URL, TELEGRAM_WEBHOOK_SECRET: SECRET });
  expect(callsOf('setWebhook')).toBe(1);
  await stop();
  await start({ PUBLIC_URL: 'https://elsewhere.example.com', TELEGRAM_WEBHOOK_SECRET: SECRET });
  expect(room.telegram.webhook.url).toBe('https://elsewhere.example.com/webhooks/telegram');
  expect(callsOf('setWebhook')).toBe(2);
});

it('makes a secret when none is set, and knows deliveries by it after a restart too', async () => {
  room = await makeTelegramHome();
  const first = await start({ PUBLIC_URL });
  const secret = room.telegram.webhook.secret_token;
  expect(secret).toMatch(/^[A-Za-z0-9_-]{32,256}$/);
  expect((await room.telegram.deliver(room.webhook(first), textUpdate(1, 'before'))).status).toBe(200);
  expect((await room.telegram.deliver(room.webhook(first), textUpdate(2, 'forged'), { secret: SECRET })).status).toBe(401);
  await stop();
  const second = await start({ PUBLIC_URL });
  expect(callsOf('setWebhook')).toBe(1);
  expect((await room.telegram.deliver(room.webhook(second), textUpdate(3, 'after'))).status).toBe(200);
  expect(await saidTo(room.telegram, 1000, 2)).toEqual(['before', 'after']);
  expect(JSON.stringify([...first.log, ...second.log])).not.toContain(secret);
});

it('registers nothing without PUBLIC_URL, and says why in the log', async () => {
  room = await makeTelegramHome();
  const running = await start({ TELEGRAM_WEBHOOK_SECRET: SECRET });
  expect(callsOf('setWebhook') + callsOf('getWebhookInfo')).toBe(0);
  expect(running.log.some(({ msg, channel_id }) => msg === 'webhook not registered' && channel_id === 'telegram')).toBe(true);
});

it('a registration that Telegram refuses leaves the channel running, and shows the objection', async () => {
  room = await makeTelegramHome();
  const running = await start({ PUBLIC_URL: 'https://bot.example.com:9999', TELEGRAM_WEBHOOK_SECRET: SECRET });
  const line = await running.logged(({ msg, level }) => msg === 'webhook not registered' && level !== undefined);
  expect(JSON.stringify(line)).toContain('ports 80, 88, 443 or 8443');
});
