/** Every answer that Telegram's webhook gives: to what is right, wrong, too large, or comes to a channel that cannot take it. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ADMIN_TOKEN, messagesOf } from '../support/admin-api.ts';
import { agentos, type RunningHost, startHost } from '../support/home.ts';
import { saidTo } from '../support/telegram-chats.ts';
import { makeTelegramHome, SECRET, type TelegramHome, telegramManifest, textUpdate } from '../support/telegram-home.ts';

let room: TelegramHome;
let host: RunningHost;

beforeAll(async () => {
  room = await makeTelegramHome();
  // A second bot, whose token nobody has set yet.
  const manifest = { ...telegramManifest, id: 'second_bot', webhook_url: '/webhooks/second' };
  room.home.write('store/channels/second_bot/manifest.json', manifest);
  host = await startHost(room.home, { env: { ...room.env, AGENTOS_ADMIN_TOKEN: ADMIN_TOKEN }, running: ['telegram'] });
});
afterAll(async () => {
  await host.stop();
  await room.telegram.close();
  room.home.remove();
});

interface Sent {
  method?: string;
  path?: string;
  secret?: string | null;
  headers?: Record<string, string>;
  body?: string | Uint8Array<ArrayBuffer>;
}

const send = async ({ method = 'POST', path = '/webhooks/telegram', secret = SECRET, headers = {}, body }: Sent) => {
  const response = await fetch(host.url + path, {
    method,
    headers: { 'content-type': 'application/json', ...(secret === null ? {} : { 'x-telegram-bot-api-secret-token': secret }), ...headers },
    ...(body === undefined ? {} : { body }),
  });
  return { status: response.status, headers: response.headers, body: await response.text() };
};
const update = (id: number, text = 'hello') => JSON.stringify(textUpdate(id, text));

/** Events by outcome, as the metrics count them. */
const eventsCounted = async (): Promise<Record<string, number>> => {
  const text = await (await fetch(`${host.url}/metrics`)).text();
  const lines = [...text.matchAll(/^communicationos_events_total\{channel_id="telegram",outcome="(\w+)"\} (\d+)$/gm)];
  return Object.fromEntries(lines.map(([, outcome, count]) => [outcome, Number(count)]));
};

describe('without proof', () => {
  it('a wrong or missing secret is 401, whatever the body, and nothing is recorded', async () => {
    const wrong = [`${SECRET}x`, SECRET.slice(1), SECRET.toUpperCase(), '', 'null'];
    for (const secret of wrong) expect((await send({ secret, body: update(1) })).status).toBe(401);
    expect((await send({ secret: null, body: update(1) })).status).toBe(401);
    expect((await send({ secret: 'wrong', body: 'not json' })).status).toBe(401);
    expect((await send({ secret: null, body: update(1), headers: { 'content-type': 'text/plain' } })).status).toBe(401);
    expect(await messagesOf(host)).toEqual([]);
    expect(await eventsCounted()).toEqual({ refused: wrong.length + 3 });
    expect(room.telegram.sent).toEqual([]);
  });

  it('the secret in the address or in a cookie proves nothing', async () => {
    const answer = await send({
      secret: null,
      path: `/webhooks/telegram?secret_token=${SECRET}`,
      headers: { cookie: `x-telegram-bot-api-secret-token=${SECRET}` },
      body: update(1),
    });
    expect(answer.status).toBe(401);
  });

  it('the refusal tells neither the secret nor the token', async () => {
    const { body } = await send({ secret: 'wrong', body: update(1) });
    expect(body).not.toContain(SECRET);
    expect(JSON.stringify(host.log)).not.toContain(SECRET);
  });
});

describe('a request that is not a delivery', () => {
  it.each(['GET', 'PUT', 'DELETE', 'HEAD', 'OPTIONS'])('%s is 405 and names what is allowed', async (method) => {
    const answer = await send({ method });
    expect(answer.status).toBe(405);
    expect(answer.headers.get('allow')).toBe('POST');
  });

  it('an unknown path is 404, also one that only looks like a channel', async () => {
    for (const path of ['/webhooks/', '/webhooks/nobody', '/webhooks/telegram/', '/webhooks/telegram/x', '/webhooks/Telegram']) {
      expect({ path, status: (await send({ path, body: update(1) })).status }).toEqual({ path, status: 404 });
    }
  });

  it('a body over the limit is 413, announced or not', async () => {
    const large = new Uint8Array(1_048_577).fill(0x20);
    expect((await send({ body: large })).status).toBe(413);
    const stream = new ReadableStream({
      start(controller) {
        controller.enqueue(large);
        controller.enqueue(large);
        controller.close();
      },
    });
    const response = await fetch(`${host.url}/webhooks/telegram`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-telegram-bot-api-secret-token': SECRET },
      body: stream,
      duplex: 'half',
    } as RequestInit).catch((error: Error) => error);
    // The host may close the connection before the client has written everything.
    if (!(response instanceof Error)) expect(response.status).toBe(413);
    expect(await messagesOf(host)).toEqual([]);
  });

  it('a content encoding is 415', async () => {
    expect((await send({ headers: { 'content-encoding': 'gzip' }, body: update(1) })).status).toBe(415);
    expect((await send({ headers: { 'content-encoding': 'identity' }, body: update(1) })).status).toBe(415);
  });

  it('what is not JSON, or nests too deep, is 400 and not recorded', async () => {
    for (const body of ['{', '', 'hello', `${'['.repeat(65)}${']'.repeat(65)}`]) expect((await send({ body })).status).toBe(400);
    expect(await messagesOf(host)).toEqual([]);
  });

  it('headers beyond 16 KiB are refused by the server', async () => {
    expect((await send({ headers: { 'x-large': 'x'.repeat(17_000) }, body: update(1) })).status).toBe(431);
  });
});

describe('a channel that cannot take it', () => {
  it('needs_config is 503 with Retry-After, so that Telegram sends it again', async () => {
    const answer = await send({ path: '/webhooks/second', body: update(1) });
    expect(answer.status).toBe(503);
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
  });

  it('disabled is 404, and works again when it is enabled', async () => {
    expect((await agentos(room.home, ['channel', 'disable', 'telegram'])).code).toBe(0);
    expect((await send({ body: update(5) })).status).toBe(404);
    expect((await agentos(room.home, ['channel', 'enable', 'telegram'])).code).toBe(0);
    expect(await send({ body: update(5, 'back again') })).toMatchObject({ status: 200, body: '{"status":"ok"}' });
    expect(await saidTo(room.telegram, 1000, 1)).toEqual(['back again']);
  });
});

it('the content type changes nothing about a right delivery', async () => {
  for (const [index, type] of ['application/json; charset=utf-8', 'APPLICATION/JSON', 'text/plain'].entries()) {
    expect((await send({ headers: { 'content-type': type }, body: update(6 + index, type) })).status).toBe(200);
  }
  expect((await saidTo(room.telegram, 1000, 4)).slice(1)).toEqual(['application/json; charset=utf-8', 'APPLICATION/JSON', 'text/plain']);
});
