/** The console's login: a token once, a cookie from then on, and only for the console's own page. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AdminHost, type Answer, BOOTSTRAP, openAdminHost } from './harness.ts';

let host: AdminHost;
beforeAll(async () => {
  host = await openAdminHost({ env: { PUBLIC_URL: 'https://bot.example.com' } });
});
afterAll(() => host.stop());

const login = (token: string, headers: Record<string, string> = {}): Promise<Answer> =>
  host.ask('/api/login', { method: 'POST', body: { token }, headers });
const cookieOf = ({ headers }: Answer): string => String(headers['set-cookie']).split(';')[0] as string;
/** A request of the console. */
const console_ = (cookie: string, headers: Record<string, string> = {}) => ({
  headers: { cookie, 'content-type': 'application/json', origin: host.url, ...headers },
});
/** As a proxy with TLS hands it on. */
const PROXIED = { host: 'bot.example.com', 'x-forwarded-proto': 'https', 'x-forwarded-for': '203.0.113.9' };

describe('a login', () => {
  it('on this machine sets a cookie that scripts, other sites and other paths never see', async () => {
    const answer = await login(BOOTSTRAP);
    expect(answer).toMatchObject({ status: 200, body: { name: 'admin', role: 'admin' } });
    const [cookie] = answer.headers['set-cookie'] as string[];
    expect(cookie).toMatch(/^aos=[A-Za-z0-9_-]{43}; Path=\/; HttpOnly; SameSite=Strict$/);
    expect(answer.text).not.toContain(cookieOf(answer).slice(4));
  });

  it('over HTTPS sets one that a browser takes from this host only, and only encrypted', async () => {
    const answer = await login(BOOTSTRAP, PROXIED);
    const [cookie] = answer.headers['set-cookie'] as string[];
    expect(cookie).toMatch(/^__Host-aos=[A-Za-z0-9_-]{43}; Path=\/; HttpOnly; Secure; SameSite=Strict$/);
    const status = (name: string, headers: Record<string, string>) =>
      host.ask('/api/status', { headers: { cookie: `${name}=${cookieOf(answer).slice('__Host-aos='.length)}`, ...headers } });
    expect((await status('__Host-aos', PROXIED)).status).toBe(200);
    // A cookie without the prefix may have been set by anybody on the way.
    expect((await status('aos', PROXIED)).status).toBe(401);
    expect((await status('__Host-aos', {})).status).toBe(401);
  });

  it('gives the role of its token, and acts in its name', async () => {
    const { token, id } = await host.newToken('operator', { name: 'ada' });
    const cookie = cookieOf(await login(token));
    expect((await host.ask('/api/channels', console_(cookie))).status).toBe(200);
    expect((await host.ask('/api/tokens', console_(cookie))).status).toBe(403);
    const disabled = await host.ask('/api/channels/telegram/disable', { method: 'POST', ...console_(cookie) });
    expect(disabled.status).toBe(200);
    expect((await host.audit('telegram')).at(-1)).toMatchObject({ actor: 'token:ada', action: 'channel.disabled' });
    await host.admin(`/api/tokens/${id}`, { method: 'DELETE' });
    expect((await host.ask('/api/channels', console_(cookie))).status).toBe(401);
  });

  it('ends with a logout', async () => {
    const cookie = cookieOf(await login(BOOTSTRAP));
    const out = await host.ask('/api/logout', { method: 'POST', ...console_(cookie) });
    expect(out.status).toBe(204);
    expect(String(out.headers['set-cookie'])).toMatch(/^aos=; Max-Age=0; Path=\/; HttpOnly; SameSite=Strict$/);
    expect((await host.ask('/api/status', console_(cookie))).status).toBe(401);
  });

  it('is not made up for by a cookie when the token that is shown does not stand', async () => {
    const cookie = cookieOf(await login(BOOTSTRAP));
    expect((await host.ask('/api/status', console_(cookie, { authorization: 'Bearer wrong' }))).status).toBe(401);
  });
});

describe('another page', () => {
  const OTHERS = [
    'http://localhost:1',
    'http://127.0.0.1:1',
    'https://evil.example',
    'http://evil.example',
    'null',
    'http://bot.example.com',
  ];

  it('changes nothing with the cookie, whatever it says of itself', async () => {
    const cookie = cookieOf(await login(BOOTSTRAP));
    const write = (headers: Record<string, string>) =>
      host.ask('/api/channels/webchat/disable', { method: 'POST', headers: { cookie, 'content-type': 'application/json', ...headers } });
    for (const origin of OTHERS) expect({ origin, status: (await write({ origin })).status }).toEqual({ origin, status: 403 });
    expect((await write({})).status).toBe(403);
    expect((await write({ origin: host.url, 'sec-fetch-site': 'same-site' })).status).toBe(403);
    // Without the word for JSON a browser asks nobody before it posts.
    const { status } = await host.ask('/api/channels/webchat/disable', { method: 'POST', headers: { cookie, origin: host.url } });
    expect(status).toBe(415);
    expect((await host.admin('/api/channels/webchat')).body.enabled).toBe(true);
    expect((await write({ origin: host.url, 'sec-fetch-site': 'same-origin' })).status).toBe(200);
  });

  it('reads nothing with it either', async () => {
    const cookie = cookieOf(await login(BOOTSTRAP));
    const read = (site: string) => host.ask('/api/status', { headers: { cookie, 'sec-fetch-site': site } });
    expect([(await read('cross-site')).status, (await read('same-site')).status, (await read('none')).status]).toEqual([403, 403, 200]);
  });

  it('cannot log a person in as somebody else', async () => {
    for (const origin of OTHERS) expect({ origin, status: (await login(BOOTSTRAP, { origin })).status }).toEqual({ origin, status: 403 });
    expect((await login(BOOTSTRAP, { origin: host.url })).status).toBe(200);
  });
});

it('too many failed logins end further ones from there, the right token too; a token in a header goes on', async () => {
  const answers: Answer[] = [];
  for (let attempt = 0; attempt < 11; attempt++) answers.push(await login('aos_wrong'));
  expect(answers.map(({ status }) => status).lastIndexOf(401)).toBe(9);
  const refused = await login(BOOTSTRAP);
  expect(refused).toMatchObject({ status: 429, body: { code: 'RATE_LIMITED' } });
  expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
  expect(refused.headers['set-cookie']).toBeUndefined();
  expect((await host.admin('/api/status')).status).toBe(200);
});
