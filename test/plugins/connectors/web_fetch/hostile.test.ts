/** Pages that are made to hang whoever reads them, under the watchdog that is there in production. */
import { expect, it } from 'vitest';
import { startHttp } from '../../../host/egress/servers.ts';
import { useSandbox } from '../../../host/sandbox/fixture.ts';
import { runConnector } from '../confined-connector.ts';
import { ARTICLE, HOSTILE } from './pages.ts';

// Five times what production gives, as many tests run at once.
const { sandbox } = useSandbox({ heartbeat: { stuck_after_ms: 7_500 } });

it('none takes longer than an operation may, and the connector serves the next', async () => {
  const names = Object.keys(HOSTILE);
  const server = await startHttp((request, response) => {
    const page = request.url === '/article' ? ARTICLE : HOSTILE[names[Number(request.url?.slice(1))] ?? ''];
    response.writeHead(200, { 'content-type': 'text/html' }).end(page);
  });
  const connector = await runConnector(sandbox(), 'web_fetch', { policy: { allow_private: [server.authority] } });
  for (const [index, name] of names.entries()) {
    const result = await connector.execute('fetch', { url: `${server.origin}/${index}` });
    expect({ name, ok: result.ok }).toEqual({ name, ok: true });
  }
  expect(await connector.result('fetch', { url: `${server.origin}/article` })).toMatchObject({ extraction: 'article' });
}, 240_000);
