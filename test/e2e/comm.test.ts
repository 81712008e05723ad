/** `/comm` from a chat to real servers: the built host, the built-in connectors in their workers, Telegram, a page, a feed, a search service. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Provider } from '../fakes/provider.ts';
import { startFakeSearxng } from '../fakes/search.ts';
import { ADMIN_TOKEN, adminApi } from '../support/admin-api.ts';
import { agentos, type RunningHost, startHost } from '../support/home.ts';
import { saidTo } from '../support/telegram-chats.ts';
import { makeTelegramHome, SECRET, type TelegramHome, textUpdate } from '../support/telegram-home.ts';

const PAGE = `<!doctype html><html lang="en"><head><title>Tides</title></head><body><article><h1>Tides</h1>
<p>${'The sea rises and falls twice a day. '.repeat(20)}</p><script>steal()</script></article></body></html>`;
const FEED = `<?xml version="1.0"?><rss version="2.0"><channel><title>Harbour</title><link>https://harbour.example/</link>
<item><title>High water at noon</title><link>https://harbour.example/noon</link><guid>noon</guid></item></channel></rss>`;

let room: TelegramHome;
let host: RunningHost;
let site: Server;
let searxng: Provider;
let origin: string;
let asked = 0;

beforeAll(async () => {
  site = createServer((request, response) => {
    asked++;
    const feed = request.url === '/feed';
    response.setHeader('content-type', feed ? 'application/rss+xml' : 'text/html; charset=utf-8');
    response.end(feed ? FEED : PAGE);
  });
  await new Promise<void>((resolve) => site.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(site.address() as AddressInfo).port}`;
  searxng = await startFakeSearxng(() => [
    { title: 'Tide tables', url: 'https://tides.example/tables', snippet: 'When the water is high.' },
  ]);
  room = await makeTelegramHome();
  const builtin = (id: string, name: string) => ({ id, name: id, version: '1.0.0', adapter_class: `${id}#${name}` });
  room.home.write('store/connectors/web_fetch/manifest.json', builtin('web_fetch', 'WebFetchConnector'));
  room.home.write('store/connectors/web_search/manifest.json', builtin('web_search', 'WebSearchConnector'));
  room.home.write('store/connectors/rss/manifest.json', builtin('rss', 'RssConnector'));
  room.home.write('config/connectors.json', { web_search: { config: { provider: 'searxng', searxng_url: searxng.url } } });
  const allow_private = [room.telegram.url, origin, searxng.url].map((url) => new URL(url).host);
  room.home.write('config/security_policy.json', { egress: { allow_private } });
  host = await startHost(room.home, { env: { ...room.env, AGENTOS_ADMIN_TOKEN: ADMIN_TOKEN }, running: ['telegram'] });
  for (const id of ['web_fetch', 'web_search', 'rss']) await host.logged((line) => line.connector_id === id && line.state === 'running');
});
afterAll(async () => {
  await host?.stop();
  await room?.telegram.close();
  await searxng?.close();
  site?.close();
  room?.home.remove();
});

let update = 0;
/** The first answer in a chat of its own. */
const answerTo = async (text: string): Promise<string> => {
  const chat = 5000 + ++update;
  await room.telegram.deliver(room.webhook(host), textUpdate(update, text, chat), { secret: SECRET });
  return (await saidTo(room.telegram, chat, 1))[0] as string;
};

it('fetch brings the words of a page, without what a page would run, with its source and evidence', async () => {
  const said = await answerTo(`/comm fetch ${origin}/tides`);
  expect(said).toContain('The sea rises and falls twice a day.');
  expect(said).not.toContain('steal');
  expect(said).toContain('external_source');
  const [, id] = /Evidence: (\S+)/.exec(said) ?? [];
  const evidence = (await adminApi(host).get(`/api/evidence/${id}`)).body;
  expect(evidence).toMatchObject({ connector_type: 'web_fetch', state: 'success' });
  // And the other way: from the message to what was asked for it, with the audit entries of both.
  const trace = (await adminApi(host).get(`/api/messages/${evidence.message_id}/trace`)).body;
  expect(trace.requests).toMatchObject([
    { evidence_id: id, connector_type: 'web_fetch', operation: 'fetch', effect: 'read', state: 'success' },
  ]);
  expect(trace.audit.map(({ subject }: { subject: string }) => subject)).toEqual(expect.arrayContaining([evidence.message_id, id]));
  const printed = await agentos(room.home, ['trace', evidence.message_id]);
  expect(printed.stdout).toMatch(new RegExp(`request +${id} +success +web_fetch fetch`));
});

it('search asks the service that the operator configured', async () => {
  const said = await answerTo('/comm search tides');
  expect(said).toContain('https://tides.example/tables');
  expect(said).toContain('search_result');
});

it('rss reads a feed', async () => {
  expect(await answerTo(`/comm rss ${origin}/feed`)).toContain('High water at noon');
});

it('reaches nothing that the policy does not name, and nothing by a connector that it disables', async () => {
  expect(await answerTo('/comm fetch http://127.0.0.1:1/')).toContain('SSRF_BLOCKED');
  const before = asked;
  await adminApi(host).put('/api/policy', {
    connectors: { web_fetch: { enabled: false } },
    egress: { allow_private: [new URL(room.telegram.url).host] },
  });
  expect(await answerTo(`/comm fetch ${origin}/tides`)).toContain('CONNECTOR_DISABLED');
  expect(asked).toBe(before);
});
