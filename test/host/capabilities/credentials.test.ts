import { describe, expect, test } from 'vitest';
import type { NetworkPermission } from '../../../schemas/manifest.ts';
import { openEgress } from '../egress/harness.ts';
import { startHttp } from '../egress/servers.ts';
import { createRecordingEgress, openFetch } from './harness.ts';

const TOKEN = '123456789:AAF-secret_token/with+odd chars';
const API = 'https://api.example';
const secrets = { bot_token: TOKEN };

const open = (credentials: NetworkPermission['credentials'], more: NetworkPermission[] = []) => {
  const egress = createRecordingEgress();
  const plugin = openFetch({ egress, network: [{ url: API, credentials }, ...more], secrets, values: { account_sid: 'AC1' } });
  return { ...plugin, egress, token: plugin.placeholder('bot_token') };
};

describe('a header credential', () => {
  const bearer = [{ secret: 'bot_token', at: 'header:Authorization', form: 'Bearer {}' }];

  test('is added by the host for its own origin only', async () => {
    const { fetch, egress } = open(bearer, [{ url: 'https://other.example' }]);
    await fetch({ url: `${API}/chat.postMessage`, method: 'POST', json: { text: 'hi' } });
    await fetch({ url: 'https://other.example/' });
    expect(egress.requests[0]?.headers.authorization).toBe(`Bearer ${TOKEN}`);
    expect(egress.requests[0]?.credential_headers).toEqual(['authorization']);
    expect(JSON.stringify(egress.requests[1])).not.toContain('AAF');
  });

  test('cannot be set by the adapter, with the placeholder or without', async () => {
    const { refusal, egress, token } = open(bearer);
    for (const value of [`Bearer ${token}`, 'Bearer mine']) {
      expect(await refusal({ url: `${API}/`, headers: { authorization: value } })).toMatchObject({ code: 'HEADER_NOT_ALLOWED' });
    }
    expect(egress.requests).toEqual([]);
  });

  test('without a value is left out', async () => {
    const egress = createRecordingEgress();
    const plugin = openFetch({ egress, network: [{ url: API, credentials: bearer }] });
    await plugin.fetch({ url: `${API}/` });
    expect(egress.requests[0]?.headers).not.toHaveProperty('authorization');
  });

  test('whose value would break the header is refused without showing it', async () => {
    const egress = createRecordingEgress();
    const plugin = openFetch({ egress, network: [{ url: API, credentials: bearer }], secrets: { bot_token: 'two\r\nlines' } });
    const refusal = await plugin.refusal({ url: `${API}/` });
    expect(refusal.code).toBe('INVALID_PARAMS');
    expect(refusal.message).not.toContain('lines');
    expect(egress.requests).toEqual([]);
  });
});

test('a basic credential is user and secret in base64, as RFC 7617 has it', async () => {
  const { fetch, egress } = open([{ secret: 'bot_token', at: 'basic', user: '{config.account_sid}' }]);
  await fetch({ url: `${API}/Messages.json`, method: 'POST', form: { To: '+1', Body: 'hi' } });
  const [scheme, value] = (egress.requests[0]?.headers.authorization ?? '').split(' ');
  expect([scheme, Buffer.from(value ?? '', 'base64').toString()]).toEqual(['Basic', `AC1:${TOKEN}`]);
});

describe('a path credential', () => {
  const path = [
    { secret: 'bot_token', at: 'path', form: '/bot{}/' },
    { secret: 'bot_token', at: 'path', form: '/file/bot{}/' },
  ];

  test('takes the place of its placeholder, encoded for a path', async () => {
    const { fetch, egress, token } = open(path);
    await fetch({ url: `${API}/bot${token}/sendMessage?x=1`, method: 'POST', json: {} });
    await fetch({ url: `${API}/file/bot${token}/photos/1.jpg` });
    const secret = '123456789:AAF-secret_token%2Fwith+odd%20chars';
    expect(egress.requests.map(({ url }) => url)).toEqual([`${API}/bot${secret}/sendMessage?x=1`, `${API}/file/bot${secret}/photos/1.jpg`]);
  });

  test('stands after the base path', async () => {
    const egress = createRecordingEgress();
    const network = [{ url: '{config.api_base_url}', credentials: path }];
    const plugin = openFetch({ egress, network, secrets: { bot_token: 'word' }, values: { api_base_url: `${API}/mock` } });
    const token = plugin.placeholder('bot_token');
    await plugin.fetch({ url: `${API}/mock/bot${token}/getMe` });
    expect(egress.requests[0]?.url).toBe(`${API}/mock/botword/getMe`);
    expect(await plugin.refusal({ url: `${API}/mock/x/bot${token}/getMe` })).toMatchObject({ code: 'SECRET_MISPLACED' });
  });

  test('is refused everywhere else', async () => {
    const { refusal, egress, token } = open(path, [{ url: 'https://other.example' }]);
    const here = `${API}/bot${token}`;
    const misplaced = [
      { url: `https://other.example/bot${token}/sendMessage` },
      { url: `${API}/Bot${token}/getMe` },
      { url: `${API}/bot${token}` },
      { url: `${API}/bot${token}x/getMe` },
      { url: `${API}/bot%73${token.slice(1)}/getMe` },
      { url: `${API}/x/bot${token}/getMe` },
      { url: `${API}/?t=${token}` },
      { url: `${here}/getMe?t=${token}` },
      { url: `${here}/${token}` },
      { url: `${here}/sendMessage`, method: 'POST', json: { text: `my token is ${token}` } },
      { url: `${here}/sendMessage`, method: 'POST', json: { [token]: 1 } },
      { url: `${here}/sendMessage`, method: 'POST', json: [[{ deep: [token] }]] },
      { url: `${here}/sendMessage`, method: 'POST', form: { text: token } },
      { url: `${here}/sendMessage`, method: 'POST', form: { [token]: 'x' } },
      { url: `${here}/sendMessage`, method: 'POST', body: token },
      { url: `${here}/sendMessage`, headers: { 'x-a': token } },
      { url: `${here}/sendMessage`, headers: { [token]: 'x' } },
    ];
    for (const args of misplaced) {
      const refused = await refusal(args);
      expect(refused.code, JSON.stringify(args)).toBe('SECRET_MISPLACED');
      expect(refused.message).toContain('config.bot_token');
      expect(refused.message).not.toContain('AAF');
    }
    expect(egress.requests).toEqual([]);
  });
});

describe('a body credential', () => {
  const body: NetworkPermission['credentials'] = [
    { secret: 'bot_token', at: 'path', form: '/bot{}/' },
    { secret: 'webhook_secret', at: 'body:/secret_token', path: '/bot{}/setWebhook' },
    { secret: 'webhook_secret', at: 'body:token', path: '/subscribe' },
  ];
  const openBody = () => {
    const egress = createRecordingEgress();
    const plugin = openFetch({
      egress,
      network: [{ url: API, credentials: body }, { url: 'https://cdn.example' }],
      secrets: { bot_token: 'word', webhook_secret: 'sesame"7' },
    });
    return { ...plugin, egress, bot: plugin.placeholder('bot_token'), hook: plugin.placeholder('webhook_secret') };
  };

  test('takes the place of a whole JSON string at its pointer, in requests to its path', async () => {
    const { fetch, egress, bot, hook } = openBody();
    const json = { url: 'https://me.example', secret_token: hook };
    await fetch({ url: `${API}/bot${bot}/setWebhook`, method: 'POST', json });
    expect(egress.requests[0]).toMatchObject({
      url: `${API}/botword/setWebhook`,
      body: JSON.stringify({ ...json, secret_token: 'sesame"7' }),
    });
    expect(egress.requests[0]?.headers['content-type']).toBe('application/json');
  });

  test('takes the place of a whole form value', async () => {
    const { fetch, egress, hook } = openBody();
    await fetch({ url: `${API}/subscribe`, method: 'POST', form: { a: 'b', token: hook } });
    expect(egress.requests[0]?.body).toBe('a=b&token=sesame%227');
  });

  test('is never carried to another origin by a redirect', async () => {
    const { fetch, egress, hook } = openBody();
    await fetch({ url: `${API}/subscribe`, method: 'POST', form: { token: hook } });
    await fetch({ url: `${API}/subscribe`, method: 'POST', form: { token: 'mine' } });
    expect(egress.requests.map(({ redirect_origins }) => redirect_origins)).toEqual([[API], [API, 'https://cdn.example']]);
  });

  test('is refused in another path, place or form', async () => {
    const { refusal, egress, bot, hook } = openBody();
    const hooked = `${API}/bot${bot}/setWebhook`;
    const misplaced = [
      { url: `${API}/bot${bot}/sendMessage`, method: 'POST', json: { secret_token: hook } },
      { url: `${API}/setWebhook`, method: 'POST', json: { secret_token: hook } },
      { url: `${hooked}/`, method: 'POST', json: { secret_token: hook } },
      { url: hooked, method: 'POST', json: { secret_token: `${hook} ` } },
      { url: hooked, method: 'POST', json: { secret_token: [hook] } },
      { url: hooked, method: 'POST', json: { secret_token: hook, text: hook } },
      { url: hooked, method: 'POST', json: { secret_token: bot } },
      { url: hooked, method: 'POST', body: JSON.stringify({ secret_token: hook }) },
      { url: hooked, method: 'POST', form: { secret_token: hook } },
      { url: `${API}/subscribe`, method: 'POST', form: { token: [hook, hook] } },
      { url: `${API}/subscribe?token=${hook}`, method: 'POST' },
    ];
    for (const args of misplaced) expect(await refusal(args), JSON.stringify(args)).toMatchObject({ code: 'SECRET_MISPLACED' });
    expect(egress.requests).toEqual([]);
  });
});

describe('an echo', () => {
  test.each([
    ['as it is', TOKEN],
    ['percent-encoded', encodeURIComponent(TOKEN)],
    ['percent-encoded in lower case', encodeURIComponent(TOKEN).toLowerCase().replace('aaf', 'AAF')],
    ['in a form', new URLSearchParams({ a: TOKEN }).toString()],
    ['in JSON', JSON.stringify({ a: TOKEN })],
    ['in JSON with escaped slashes', JSON.stringify(TOKEN).replaceAll('/', '\\/')],
    ['in base64', Buffer.from(TOKEN).toString('base64')],
    ['as basic credentials', `Basic ${Buffer.from(`AC1:${TOKEN}`).toString('base64')}`],
    ['as basic credentials, percent-encoded', encodeURIComponent(Buffer.from(`AC1:${TOKEN}`).toString('base64'))],
  ])('of a secret %s is turned back into its placeholder, in body, headers and url', async (_how, text) => {
    const egress = createRecordingEgress({
      body: Buffer.from(`before ${text} after`),
      headers: { 'x-echo': text },
      url: `${API}/?${text}`,
    });
    const plugin = openFetch({
      egress,
      network: [{ url: API, credentials: [{ secret: 'bot_token', at: 'basic', user: 'AC1' }] }],
      secrets,
    });
    const answer = await plugin.fetch({ url: `${API}/` });
    const token = plugin.placeholder('bot_token');
    for (const part of [answer.body, answer.headers['x-echo'], answer.url]) {
      expect(part).toContain(token);
      expect(part).not.toContain(text);
    }
    expect(answer.body).toMatch(/^before .* after$/);
  });

  test('of a short value is left alone, since honest text holds it too', async () => {
    const egress = createRecordingEgress({ body: Buffer.from('seven77') });
    const plugin = openFetch({ egress, network: [{ url: API }], secrets: { pin: 'seven77' } });
    expect((await plugin.fetch({ url: `${API}/` })).body).toBe('seven77');
  });

  test('of the request url does not show a path credential', async () => {
    const server = await startHttp((request, response) =>
      response.end(JSON.stringify({ ok: false, description: `no method at ${request.url}` })),
    );
    const credentials = [{ secret: 'bot_token', at: 'path', form: '/bot{}/' }];
    const plugin = openFetch({
      egress: openEgress({ policy: { allow_private: [server.authority] } }),
      network: [{ url: server.origin, credentials }],
      secrets,
    });
    const token = plugin.placeholder('bot_token');
    const answer = await plugin.fetch({ url: `${server.origin}/bot${token}/none` });
    expect(server.requests[0]?.url).toContain('123456789:AAF');
    expect(answer.url).toBe(`${server.origin}/bot${token}/none`);
    expect(answer.body).toContain(`/bot${token}/none`);
    expect(JSON.stringify(answer)).not.toContain('AAF');
  });
});

test('a redirect to another granted origin carries no credential there', async () => {
  const cdn = await startHttp((_request, response) => response.end('media'));
  const server = await startHttp((_request, response) => response.writeHead(307, { location: `${cdn.origin}/signed` }).end());
  const plugin = openFetch({
    egress: openEgress({ policy: { allow_private: [server.authority, cdn.authority] } }),
    network: [
      {
        url: server.origin,
        credentials: [
          { secret: 'auth_token', at: 'basic', user: 'AC1' },
          { secret: 'key', at: 'header:x-api-key' },
        ],
      },
      { url: cdn.origin, credentials: [{ secret: 'key', at: 'header:x-cdn-key' }] },
    ],
    secrets: { auth_token: 'twilio-token', key: 'provider-key' },
  });
  expect(await plugin.fetch({ url: `${server.origin}/media` })).toMatchObject({ body: 'media', url: `${cdn.origin}/signed` });
  expect(server.requests[0]?.headers).toMatchObject({ authorization: expect.stringMatching(/^Basic /), 'x-api-key': 'provider-key' });
  const seen = JSON.stringify(cdn.requests[0]);
  expect(seen).not.toContain('authorization');
  expect(seen).not.toContain('provider-key');
});
