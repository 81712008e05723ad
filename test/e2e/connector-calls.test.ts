/** Calls of connectors that an operator installed: what they may reach and take, and what becomes of those that do not behave. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openConnection } from '../../host/db/connection.ts';
import { type FolderConnectorOptions, writeFolderConnector } from '../support/folder-connector.ts';
import { writeFolderPlugin } from '../support/folder-plugin.ts';
import { type Home, makeHome } from '../support/home.ts';
import { until } from '../support/until.ts';
import { type ConnectorHost, openConnectorHost } from './connector-host.ts';
import { type HeldServer, startHeldServer } from './held-server.ts';

const ID = 'wiki';
const MEGABYTE = 1_048_576;

let home: Home;
let host: ConnectorHost;
let server: HeldServer;
let elsewhere: HeldServer;

const policyWith = (connectors: object = {}): object => ({
  egress: { allow_private: [server, elsewhere].map(({ url }) => new URL(url).host) },
  connectors,
});
const setPolicy = async (connectors: object): Promise<void> => {
  home.write('config/security_policy.json', policyWith(connectors));
  await host.host.reload();
};
/** One connector, approved and running. */
const running = async (options: FolderConnectorOptions, id = ID, state = 'running'): Promise<void> => {
  writeFolderConnector(home, id, options);
  host ??= await openConnectorHost(home);
  await host.post(id, 'reload');
  await host.approve(id, state);
};
const get = (url: string, limits = {}) => host.call(ID, 'get', { url }, limits);
/** Calls it until it answers: what ended is started again after a second or two. */
const answersAgain = (id = ID) =>
  until(
    () => host.call(id, 'echo', { text: 'again' }),
    ({ ok }) => ok,
    `${id} answers again`,
  );

beforeEach(async () => {
  [server, elsewhere] = await Promise.all([startHeldServer(), startHeldServer()]);
  home = makeHome({ 'config/security_policy.json': policyWith() });
  host = undefined as unknown as ConnectorHost;
});
afterEach(async () => {
  await host.stop();
  await Promise.all([server.close(), elsewhere.close()]);
  home.remove();
});

describe('its powers', () => {
  it('are those of the manifest; it records no events, opens no socket, and keeps its data apart from a channel of its name', async () => {
    writeFolderPlugin(home, ID, server.url);
    await running({
      manifest: { permissions: { storage: { max_bytes: 1000, reason: 'Keeps.' }, timers: { reason: 'Waits.' } } },
      execute: `
    if (operation === 'get') return Object.keys(this.context).sort();
    await this.context.storage.set('mine', { text: params.text });
    return this.context.storage.get('mine');`,
    });
    expect(await get('https://x.example/')).toEqual({
      ok: true,
      data: ['channel_id', 'clock', 'config', 'crypto', 'log', 'storage', 'timers'],
    });
    expect(await host.call(ID, 'echo', { text: 'kept' })).toEqual({ ok: true, data: { text: 'kept' } });
    const db = await openConnection(`${home.dir}/store/agentos.db`, { readonly: true });
    const rows = await db.all<{ channel_id: string; value: string }>('SELECT channel_id, value FROM plugin_storage');
    await db.close();
    expect(rows.map(({ channel_id }) => channel_id)).toEqual(['connector:wiki']);
    expect(rows[0]?.value).not.toContain('kept');
  });

  it('put a credential where the manifest says, and never into its hands', async () => {
    const options = {
      manifest: {
        configuration_schema: { api_key: { type: 'string', required: true, secret: true } },
        permissions: {
          network: [
            { url: server.url, credentials: [{ secret: 'api_key', at: 'header:authorization', form: 'Bearer {}' }], reason: 'Reads.' },
          ],
        },
      },
    };
    await running(options, ID, 'needs_config');
    await host.put(ID, { api_key: 'planted-secret-key' });
    await host.inState(ID, 'running');
    const outcome = await get(`${server.url}/page`);
    expect(outcome).toMatchObject({ ok: true, data: { body: expect.stringMatching(/^answer of \/page with Bearer /) } });
    expect(JSON.stringify(outcome)).not.toContain('planted-secret-key');
  });

  it('reach only what was granted, and within that only what its policy allows now, redirects too', async () => {
    await running({ origins: [server.url, elsewhere.url] });
    expect(await get('https://not-granted.example/')).toMatchObject({ ok: false, code: 'CONNECTOR_ERROR' });
    expect(await get(`${server.url}/to?url=${elsewhere.url}/there`)).toMatchObject({ ok: true, data: { status: 200 } });
    await setPolicy({ [ID]: { allowed_domains: ['example.com'] } });
    expect(await get(`${server.url}/page`)).toEqual({
      ok: false,
      code: 'DOMAIN_BLOCKED',
      message: 'the given address is not in connectors.wiki.allowed_domains of the security policy.',
    });
    await setPolicy({ [ID]: { allowed_domains: ['127.0.0.1'] } });
    expect(await get(`${server.url}/page`)).toMatchObject({ ok: true });
    await setPolicy({ [ID]: { blocked_domains: ['127.0.0.1'] }, another: { allowed_domains: ['127.0.0.1'] } });
    expect(await get(`${server.url}/page`)).toMatchObject({ ok: false, code: 'DOMAIN_BLOCKED' });
    expect(server.paths.filter((path) => path === '/page')).toHaveLength(1);
  });

  it('say that an address is an internal one by its own code', async () => {
    const private_url = 'http://127.0.0.1:9';
    await running({ origins: [private_url] });
    expect(await get(`${private_url}/`)).toMatchObject({ ok: false, code: 'SSRF_BLOCKED' });
  });
});

describe('sizes', () => {
  it('an answer of several megabytes comes whole out of its process; a larger one than the call may have is TOO_LARGE', async () => {
    await running({ execute: "\n    return { text: '\\u00e9\"\\\\'.repeat(Number(params.text)) };" });
    const count = 700_000;
    const outcome = await host.call(ID, 'echo', { text: String(count) }, { max_response_bytes: 5 * MEGABYTE });
    expect(outcome.ok && (outcome.data as { text: string }).text === '\u00e9"\\'.repeat(count)).toBe(true);
    expect(await host.call(ID, 'echo', { text: String(count) }, { max_response_bytes: MEGABYTE })).toMatchObject({
      ok: false,
      code: 'TOO_LARGE',
    });
    // Fewer characters than bytes: what counts are bytes.
    expect(await host.call(ID, 'echo', { text: '10' }, { max_response_bytes: 65 })).toEqual({
      ok: false,
      code: 'TOO_LARGE',
      message: expect.stringMatching(/^The answer has \d+ bytes, the limit is 65\.$/),
    });
  });

  it('of what it fetches hold by the policy as it is now and by the call', async () => {
    await running({ origins: [server.url], execute: '\n    return (await this.context.fetch(String(params.url))).body.length;' });
    const big = `${server.url}/big?bytes=${2 * MEGABYTE}`;
    expect(await get(big, { max_response_bytes: 3 * MEGABYTE })).toEqual({ ok: true, data: 2 * MEGABYTE });
    expect(await get(big, { max_response_bytes: MEGABYTE })).toMatchObject({ ok: false, code: 'TOO_LARGE' });
    await setPolicy({ [ID]: { max_response_size_mb: 1.5 } });
    expect(await get(big, { max_response_bytes: 3 * MEGABYTE })).toMatchObject({ ok: false, code: 'TOO_LARGE' });
  });
});

describe('a call', () => {
  it('whose service does not answer is TIMEOUT in time, and its connector lives on', async () => {
    await running({ origins: [server.url] });
    const other = get(`${server.url}/held`);
    await server.waiting(1);
    expect(await get(`${server.url}/held?second`, { timeout_ms: 1500 })).toMatchObject({ ok: false, code: 'TIMEOUT' });
    server.release('the first');
    expect(await other).toMatchObject({ ok: true, data: { body: 'the first' } });
    expect(host.connector(ID).unavailable()).toBeNull();
  });

  it('that passes its deadline ends its worker and is TIMEOUT; the next one is answered by a new worker', async () => {
    await running({ execute: "\n    if (operation === 'get') return new Promise(() => undefined);\n    return params.text;" });
    expect(await get('https://x.example/', { timeout_ms: 500 })).toMatchObject({ ok: false, code: 'TIMEOUT' });
    expect(await answersAgain()).toEqual({ ok: true, data: 'again' });
  });

  it('keeps code and message of an error that the connector throws, and nothing of a code that nobody knows', async () => {
    await running({
      execute: `
    if (params.text === 'params') throw new InvalidParamsError("'text' parameter is required");
    if (params.text === 'code') throw Object.assign(new Error('mine'), { code: 'INTERNAL' });
    throw new ConnectorError('the service answered 500');`,
    });
    expect(await host.call(ID, 'echo', { text: 'params' })).toEqual({
      ok: false,
      code: 'INVALID_PARAMS',
      message: "'text' parameter is required",
    });
    expect(await host.call(ID, 'echo', { text: 'code' })).toEqual({ ok: false, code: 'CONNECTOR_ERROR', message: 'mine' });
    expect(await host.call(ID, 'echo', { text: 'x' })).toEqual({ ok: false, code: 'CONNECTOR_ERROR', message: 'the service answered 500' });
  });

  it.each([
    ['a function', 'return () => 1;', { ok: true, data: null }],
    ['nothing', 'return undefined;', { ok: true, data: null }],
    ['a circle', 'const a: any = {}; a.a = a; return a;', { ok: false, code: 'CONNECTOR_ERROR' }],
    ['a key that would reach a prototype', 'return JSON.parse(\'{"__proto__": {"x": 1}}\');', { ok: false, code: 'CONNECTOR_ERROR' }],
    ['what throws as it is read', 'return { get x() { throw new Error("no"); } };', { ok: false, code: 'CONNECTOR_ERROR' }],
  ])('that answers with %s harms nobody', async (_what, body, expected) => {
    await running({ execute: `\n    ${body}` });
    expect(await host.call(ID, 'echo', { text: 'x' })).toMatchObject(expected);
    expect(host.connector(ID).unavailable()).toBeNull();
  });
});

describe('a connector that', () => {
  it.each([
    ['stands still', 'for (;;);'],
    ['eats all memory', 'const all: any[] = []; for (;;) all.push(new Array(100_000).fill(all.length));'],
    ['fills buffers', 'const all: any[] = []; for (;;) all.push(new Uint8Array(8_000_000).fill(1));'],
  ])('%s is ended and started again; the host and its neighbour answer meanwhile', async (_what, body) => {
    await running({}, 'neighbour');
    await running({ execute: `\n    if (operation === 'echo') return params.text;\n    ${body}` });
    const bad = get('https://x.example/');
    expect(await host.call('neighbour', 'echo', { text: 'well' })).toMatchObject({ ok: true });
    expect((await host.api.get('/health')).status).toBe(200);
    expect(await bad).toMatchObject({ ok: false });
    expect(await host.call('neighbour', 'echo', { text: 'still' })).toMatchObject({ ok: true });
    expect(await answersAgain()).toEqual({ ok: true, data: 'again' });
  });

  it('crashes again and again is quarantined with the reason, until a person says otherwise', async () => {
    await running({ execute: "\n    if (operation === 'echo') return params.text;\n    for (;;);" });
    // Each time it is up again it is called once more.
    const state = async (): Promise<string> => {
      const status = host.connector(ID).unavailable();
      if (status !== null) return status.state;
      await get('https://x.example/', { timeout_ms: 300 });
      return 'called';
    };
    await until(state, (now) => now === 'quarantined', 'it is given up', 120_000);
    expect(await host.show(ID)).toMatchObject({
      state: 'quarantined',
      reason: expect.stringMatching(/\S/),
      fix: 'Mend the plugin, then run: agentos connector enable wiki',
    });
    expect(await host.call(ID, 'echo', { text: 'x' })).toMatchObject({ ok: false, code: 'CONNECTOR_ERROR' });
    await host.post(ID, 'enable');
    await host.inState(ID, 'running');
    expect(await host.call(ID, 'echo', { text: 'x' })).toEqual({ ok: true, data: 'x' });
  });

  it('is not well is shown as degraded and still called; a test asks it again', async () => {
    const options = {
      top: 'let well = false;',
      execute: "\n    well = true;\n    return 'mended';",
      healthCheck: '\n    return well;',
    };
    await running(options, ID, 'degraded');
    expect(await host.inState(ID, 'degraded')).toMatchObject({
      reason: 'Its healthCheck says that it is not well.',
      fix: expect.stringContaining('agentos connector test wiki'),
    });
    expect((await host.post(ID, 'test')).body).toMatchObject({ ok: false, state: 'degraded', checked: true });
    expect(await host.call(ID, 'echo', { text: 'x' })).toEqual({ ok: true, data: 'mended' });
    expect((await host.post(ID, 'test')).body).toEqual({ ok: true, state: 'running', reason: null, checked: true });
  });
});
