/** Values of a channel by the API: who may set them, where they end up, and that no answer ever tells them. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SECRET, TOKEN } from '../../support/telegram-home.ts';
import { type AdminHost, type Answer, openAdminHost, ROUTES } from './harness.ts';

let host: AdminHost;
let operator: AdminHost['admin'];
beforeAll(async () => {
  host = await openAdminHost();
  operator = host.as((await host.newToken('operator')).token);
});
afterAll(() => host.stop());

const put = (body: object, ask = host.admin, id = 'telegram'): Promise<Answer> =>
  ask(`/api/channels/${id}/config`, { method: 'PUT', body });

describe('values of a channel', () => {
  it('a secret needs an admin; with it the channel runs', async () => {
    expect(await put({ bot_token: TOKEN }, operator)).toMatchObject({ status: 403, body: { code: 'FORBIDDEN' } });
    await host.channelIn('telegram', 'needs_config');
    const answer = await put({ bot_token: TOKEN, webhook_secret: SECRET });
    expect(answer).toMatchObject({ status: 200, body: { config: { bot_token: { value: '********', source: 'stored', secret: true } } } });
    await host.channelIn('telegram', 'running');
    expect((await host.audit('telegram')).filter(({ action }) => action === 'channel.configured')).toEqual([
      {
        actor: 'token:admin',
        action: 'channel.configured',
        detail: JSON.stringify({ fields: ['bot_token', 'webhook_secret'], grants: [] }),
      },
    ]);
  });

  it('what a file states is changed there, and the answer says where', async () => {
    expect(await put({ api_base_url: 'https://api.telegram.org' })).toMatchObject({
      status: 409,
      body: { code: 'SET_IN_FILE', detail: expect.stringContaining('config/channels.json, telegram.config.api_base_url') },
    });
  });

  it('an address that a permission refers to is the word of an admin', async () => {
    expect(await put({ api_base_url: 'https://api.telegram.org' }, operator)).toMatchObject({ status: 403, body: { code: 'FORBIDDEN' } });
  });

  it.each([
    ['a field that is none', { bot_tokn: 'x' }, 'bot_token'],
    ['a value of another type', { bot_token: 5 }, 'text'],
  ])('%s is refused, and says what is meant', async (_what, body, hint) => {
    const answer = await put(body);
    expect(answer).toMatchObject({ status: 400, body: { code: 'INVALID_PARAMS' } });
    expect(answer.text).toContain(hint);
  });

  it('one wrong field changes none of them', async () => {
    const before = (await host.audit('telegram')).length;
    expect((await put({ webhook_secret: 'another-secret_of-it', no_such: 1 })).status).toBe(400);
    expect(await host.audit('telegram')).toHaveLength(before);
  });

  it('the same again writes nothing; null takes a value away', async () => {
    const before = (await host.audit('telegram')).length;
    expect((await put({ bot_token: TOKEN })).status).toBe(200);
    expect(await host.audit('telegram')).toHaveLength(before);
    expect((await put({ bot_token: null })).body.state).toBe('needs_config');
    expect((await put({ bot_token: TOKEN })).status).toBe(200);
    await host.channelIn('telegram', 'running');
  });

  it('are of the fields that the channel tells', async () => {
    const { body } = await operator('/api/channels/telegram');
    expect(Object.keys(body.configuration_schema)).toEqual(['bot_token', 'webhook_secret', 'api_base_url']);
    expect(body.configuration_schema.bot_token).toMatchObject({ type: 'string', required: true, secret: true, title: 'Bot token' });
    expect((await operator('/api/channels/webchat')).body.configuration_schema).toEqual({});
  });

  it("of a channel that nobody knows are nobody's", async () => {
    expect(await put({}, host.admin, 'nobody')).toMatchObject({ status: 404, body: { code: 'CHANNEL_NOT_FOUND' } });
  });
});

it('a test asks the adapter, and stands in the trail', async () => {
  const answer = await operator('/api/channels/telegram/test', { method: 'POST' });
  expect(answer.body).toMatchObject({ ok: true, state: 'running', checked: true });
  host.room.telegram.revokeToken();
  expect((await operator('/api/channels/telegram/test', { method: 'POST' })).body).toMatchObject({ ok: false });
  expect((await host.audit('telegram')).at(-1)).toMatchObject({ action: 'channel.tested' });
});

const filesBelow = (dir: string): string[] =>
  readdirSync(dir).flatMap((name) => {
    const file = path.join(dir, name);
    if (statSync(file).isDirectory()) return filesBelow(file);
    return statSync(file).isFile() ? [file] : [];
  });

it('planted secrets are in no answer, no line of the log, and no file of the home', async () => {
  const { token } = await host.newToken('admin');
  const params: Record<string, string> = { ':key': 'channels.telegram.bot_token', ':user_key': 'somebody' };
  const texts: string[] = [];
  for (const { method, path: at, answer } of ROUTES) {
    if (method !== 'GET' || answer.content_type === 'text/event-stream') continue;
    for (const id of ['telegram', 'webchat', 'nothing']) {
      const url = at.replace(/:[a-z_]+/g, (name) => params[name] ?? id);
      const { text, headers } = await host.as(token)(url);
      texts.push(text, JSON.stringify(headers));
    }
  }
  texts.push((await put({ bot_token: `${TOKEN}5 5` })).text, (await put({ bot_token: [TOKEN] })).text);
  texts.push((await host.ask('/api/login', { method: 'POST', body: { token: `${token}x` } })).text);
  texts.push(...host.log);
  for (const file of filesBelow(path.join(host.room.home.dir, 'store'))) texts.push(readFileSync(file, 'latin1'));
  for (const secret of [TOKEN, SECRET, token]) expect(texts.filter((text) => text.includes(secret))).toEqual([]);
});
