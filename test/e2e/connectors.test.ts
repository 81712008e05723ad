/** Connectors that an operator installs: a folder is dropped, read, approved, configured, changed and switched off. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { connectorSource, writeFolderConnector } from '../support/folder-connector.ts';
import { type Home, makeHome } from '../support/home.ts';
import { until } from '../support/until.ts';
import { type ConnectorHost, type ConnectorHostOptions, openConnectorHost } from './connector-host.ts';
import { type HeldServer, startHeldServer } from './held-server.ts';

const ID = 'wiki';

let home: Home;
let host: ConnectorHost;
let server: HeldServer;

const start = async (options: ConnectorHostOptions = {}): Promise<void> => {
  host = await openConnectorHost(home, options);
};
const restart = async (options: ConnectorHostOptions = {}): Promise<void> => {
  await host.stop();
  await start(options);
};
const version = async (id = ID): Promise<unknown> => {
  const outcome = await host.call(id, 'echo', { text: 'x' });
  return outcome.ok ? (outcome.data as { by: string }).by : outcome;
};
beforeEach(async () => {
  server = await startHeldServer();
  home = makeHome({ 'config/security_policy.json': { egress: { allow_private: [new URL(server.url).host] } } });
});
afterEach(async () => {
  await host.stop();
  await server.close();
  home.remove();
});

describe('a folder that is dropped', () => {
  it('waits for approval with what it asks for; approved under its digest it runs and answers', async () => {
    await start();
    writeFolderConnector(home, ID);
    expect((await host.post(ID, 'reload')).body).toMatchObject({
      id: ID,
      state: 'needs_approval',
      approved_digest: null,
      serving: null,
      operations: { echo: { effect: 'read' }, get: { effect: 'read' } },
      fix: expect.stringContaining(`agentos connector approve ${ID} --digest sha256-`),
      pending: { difference: { permissions: [{ permission: 'read operation echo' }, { permission: 'read operation get' }] } },
    });
    expect(host.connector(ID)).toMatchObject({ origin: 'folder', approved: false, name: 'Connector wiki' });
    expect(host.connector(ID).unavailable()).toMatchObject({ state: 'needs_approval', fix: expect.stringContaining('approve') });
    expect(await host.call(ID, 'echo', { text: 'x' })).toMatchObject({ ok: false, code: 'CONNECTOR_ERROR' });
    expect(await host.post(ID, 'approve', { digest: `sha256-${'x'.repeat(43)}` })).toMatchObject({
      status: 409,
      body: { code: 'DIGEST_MISMATCH' },
    });

    await host.approve(ID);
    expect(host.connector(ID)).toMatchObject({ approved: true });
    expect(host.connector(ID).unavailable()).toBeNull();
    expect(host.host.connectors.list().map(({ id }) => id)).toEqual([ID]);
    expect(await host.call(ID, 'echo', { text: 'hello' })).toEqual({ ok: true, data: { said: 'hello', by: 'v1' } });
    expect(await host.call(ID, 'delete', {})).toEqual({ ok: false, code: 'NOT_SUPPORTED', message: "Operation 'delete' not supported" });
    expect((await host.api.get('/api/status')).body.connectors).toEqual([{ id: ID, state: 'running', reason: null }]);
    expect((await host.api.get('/metrics')).body).toContain('communicationos_connector_up{connector_id="wiki"} 1');
  });

  it('has its parameters checked by its own schemas', async () => {
    writeFolderConnector(home, ID);
    await start();
    const wiki = host.connector(ID);
    expect(wiki.problems('echo', { text: 'x' })).toEqual([]);
    expect(wiki.problems('echo', {})).toEqual(["'text' parameter is required"]);
    expect(wiki.problems('echo', { text: 1, txt: 'x' })).toEqual([
      "'text' must be a text",
      "'txt' is not a parameter of this operation; did you mean 'text'?",
    ]);
    expect(wiki.problems('ecko', {})).toEqual(["Operation 'ecko' not supported"]);
    expect(wiki.problems('constructor', {})).toEqual(["Operation 'constructor' not supported"]);
  });

  it('that is not right says where and how to mend it, and is never called', async () => {
    home.write(
      `store/connectors/${ID}/manifest.json`,
      '{\n  "id": "wiki",\n  "name": "Wiki",\n  "version": "1.0.0",\n  "adapter_class": "./connector.ts#C",\n  "operation": {}\n}',
    );
    home.write('store/connectors/broken/connector.ts', 'export const = 1;');
    writeFolderConnector(home, 'broken');
    home.write('store/connectors/broken/connector.ts', 'export const = 1;');
    await start();
    expect(await host.show(ID)).toMatchObject({
      state: 'invalid',
      problems: expect.arrayContaining([
        expect.objectContaining({
          file: 'manifest.json',
          line: 6,
          message: 'Unknown key "operation".',
          hint: 'Did you mean "operations"?',
        }),
      ]),
    });
    expect(await host.show('broken')).toMatchObject({ state: 'invalid', reason: expect.stringContaining('connector.ts:1') });
    expect(await host.post('broken', 'approve', {})).toMatchObject({ status: 422, body: { code: 'MANIFEST_INVALID' } });
    expect(host.connector(ID).operations).toEqual({});
    expect(host.connector('broken').unavailable()).toMatchObject({ state: 'invalid' });
  });

  it('and taken away is gone', async () => {
    writeFolderConnector(home, ID);
    await start();
    await host.approve(ID);
    const wiki = host.connector(ID);
    home.removeFile(`store/connectors/${ID}`);
    expect(await host.post(ID, 'reload')).toMatchObject({ status: 404, body: { code: 'CONNECTOR_NOT_FOUND' } });
    expect(host.host.connectors.get(ID)).toBeNull();
    expect(wiki.unavailable()).not.toBeNull();
    expect(await wiki.call('echo', { text: 'x' }, { timeout_ms: 1000, max_response_bytes: 1000 })).toMatchObject({ ok: false });
  });
});

describe('a connector without its values', () => {
  const configuration_schema = { api_key: { type: 'string', required: true, secret: true }, space: { type: 'string' } };
  const execute = '\n    return { key: String(this.config.api_key), space: this.config.space ?? null };';

  it('says what is missing; the API seals it, a variable and the file state it', async () => {
    writeFolderConnector(home, ID, { manifest: { configuration_schema }, execute });
    await start();
    await host.approve(ID, 'needs_config');
    expect(await host.show(ID)).toMatchObject({
      reason: 'No value for api_key.',
      fix: expect.stringMatching(/CONNECTOR_WIKI_API_KEY.*config\/connectors\.json/),
      missing: ['api_key'],
    });
    expect((await host.put(ID, { api_key: 'planted-secret-value' })).body).toMatchObject({ config: { api_key: { value: '********' } } });
    await host.inState(ID, 'running');
    const outcome = await host.call(ID, 'echo', { text: 'x' });
    expect(outcome).toMatchObject({ ok: true, data: { space: null } });
    expect(JSON.stringify(outcome)).not.toContain('planted-secret-value');
    expect((await host.api.get('/api/config/connectors.wiki.api_key')).body).toMatchObject({
      value: '********',
      source: 'API or command line',
    });

    home.write('config/connectors.json', { [ID]: { config: { space: 'from the file' } } });
    await restart({ env: { CONNECTOR_WIKI_API_KEY: 'of the environment' } });
    await host.inState(ID, 'running');
    expect(await host.call(ID, 'echo', { text: 'x' })).toMatchObject({ ok: true, data: { space: 'from the file' } });
    expect(await host.put(ID, { space: 'y' })).toMatchObject({
      status: 409,
      body: { code: 'SET_IN_FILE', hint: expect.stringContaining('config/connectors.json, wiki.config.space') },
    });
    expect((await host.show(ID)).config).toMatchObject({ api_key: { source: 'environment' }, space: { source: 'file' } });
  });

  it('whose validateConfig says no needs its configuration too, until it says yes', async () => {
    writeFolderConnector(home, ID, {
      manifest: { configuration_schema: { space: { type: 'string' } } },
      validateConfig: "\n    return this.config.space === 'right';",
    });
    await start();
    await host.approve(ID, 'needs_config');
    expect(await host.show(ID)).toMatchObject({
      reason: expect.stringContaining('validateConfig'),
      fix: expect.stringContaining('connector show'),
    });
    expect(host.connector(ID).unavailable()).toMatchObject({ state: 'needs_config' });
    expect(await host.call(ID, 'echo', { text: 'x' })).toMatchObject({ ok: false, code: 'CONNECTOR_ERROR' });
    await host.put(ID, { space: 'right' });
    await host.inState(ID, 'running');
    expect(await version()).toBe('v1');
  });

  it("cannot read another's variable, whatever it names", async () => {
    const fields = (name: string) => ({ configuration_schema: { [name]: { type: 'string' } } });
    const tell = '\n    return { ...this.config };';
    writeFolderConnector(home, 'a', { manifest: fields('b_c') });
    writeFolderConnector(home, 'thief', {
      manifest: { configuration_schema: { key: { type: 'string', env: 'AGENTOS_ADMIN_TOKEN' }, wiki_api_key: { type: 'string' } } },
      execute: tell,
    });
    writeFolderConnector(home, 'one', { manifest: fields('two_x'), execute: tell });
    writeFolderConnector(home, 'one_two', { manifest: fields('x'), execute: tell });
    writeFolderConnector(home, ID, { manifest: fields('api_key'), execute: tell });
    await start({ env: { CONNECTOR_WIKI_API_KEY: 'of the wiki', CONNECTOR_ONE_TWO_X: 'whose?', CHANNEL_WIKI_API_KEY: 'of a channel' } });
    await host.approve(ID);
    expect(await host.call(ID, 'echo', { text: 'x' })).toEqual({ ok: true, data: { api_key: 'of the wiki' } });
    expect(await host.show('thief')).toMatchObject({ state: 'invalid' });
    await host.approve('one', 'needs_config');
    expect(await host.show('one')).toMatchObject({ reason: expect.stringContaining('more than one connector') });
    await host.approve('one_two', 'needs_config');
    // "a" is too short for an id.
    expect(await host.show('a')).toMatchObject({ state: 'invalid' });
  });
});

describe('a connector that is switched off', () => {
  it('is refused and starts again when it is switched on; what a file switches off only the file switches on', async () => {
    writeFolderConnector(home, ID);
    await start();
    await host.approve(ID);
    expect((await host.post(ID, 'disable')).body).toMatchObject({ state: 'disabled', fix: 'agentos connector enable wiki' });
    expect(host.connector(ID).unavailable()).toMatchObject({ state: 'disabled' });
    expect(await host.call(ID, 'echo', { text: 'x' })).toMatchObject({ ok: false });
    await host.post(ID, 'enable');
    await host.inState(ID, 'running');
    expect(await version()).toBe('v1');
    home.write('config/connectors.json', { [ID]: { enabled: false } });
    await restart();
    expect(await host.show(ID)).toMatchObject({ state: 'disabled' });
    expect(await host.post(ID, 'enable')).toMatchObject({ status: 409, body: { code: 'SET_IN_FILE' } });
  });
});

describe('another generation', () => {
  it('starts beside the one that serves: a call in flight ends in the old one, the next goes to the new one', async () => {
    writeFolderConnector(home, ID, { origins: [server.url] });
    await start();
    await host.approve(ID);
    const open = host.call(ID, 'get', { url: `${server.url}/held` });
    await server.waiting(1);
    home.write(`store/connectors/${ID}/connector.ts`, connectorSource('v2'));
    expect((await host.post(ID, 'reload')).body).toMatchObject({ state: 'needs_approval', serving: { state: 'running' } });
    expect(await version()).toBe('v1');
    await host.approve(ID);
    await until(version, (by) => by === 'v2', 'the new generation answers');
    server.release('the held answer');
    expect(await open).toEqual({ ok: true, data: { status: 200, body: 'the held answer' } });
  });

  it('that cannot be built or does not come up leaves the old one serving, also after a restart', async () => {
    writeFolderConnector(home, ID);
    await start();
    await host.approve(ID);
    home.write(`store/connectors/${ID}/connector.ts`, 'export class FolderConnector {');
    expect((await host.post(ID, 'reload')).body).toMatchObject({ state: 'invalid', serving: { state: 'running' } });
    expect(await version()).toBe('v1');
    await restart();
    await until(
      () => host.show(ID),
      ({ serving }) => serving?.state === 'running',
      'the last good one serves',
    );
    expect(await version()).toBe('v1');
    home.write(`store/connectors/${ID}/connector.ts`, connectorSource('v2', { constructed: "\n    throw new Error('not today');" }));
    await host.post(ID, 'reload');
    const { digest } = await host.show(ID);
    await host.post(ID, 'approve', { digest });
    expect(await host.show(ID)).toMatchObject({
      state: 'running',
      pending: {
        state: 'quarantined',
        reason: expect.stringContaining('not today'),
        fix: expect.stringContaining('agentos connector reload wiki'),
      },
    });
    expect(await version()).toBe('v1');
  });

  it('is taken up by itself while the folder is watched and belongs to whoever runs the host', async () => {
    await start({ reload: true });
    writeFolderConnector(home, ID);
    await until(
      () => host.show(ID),
      ({ state }) => state === 'needs_approval',
      'the folder was seen',
    );
    await host.approve(ID);
    home.write(`store/connectors/${ID}/connector.ts`, connectorSource('v2'));
    await until(version, (by) => by === 'v2', 'the changed code answers');
    // What it asks for beyond that waits for a person.
    writeFolderConnector(home, ID, { version: 'v3', origins: [server.url] });
    await until(
      () => host.show(ID),
      ({ pending }) => pending?.state === 'needs_approval',
      'the wider one waits',
    );
    expect(await version()).toBe('v2');
  });

  it('an operation that is said to read from now on waits for a person, also with the same code', async () => {
    const operations = (effect: string) => ({
      operations: { echo: { effect, params: { type: 'object', description: 'Echoes.', properties: { text: { type: 'string' } } } } },
    });
    writeFolderConnector(home, ID, { manifest: operations('write') });
    await start();
    await host.approve(ID);
    writeFolderConnector(home, ID, { manifest: { ...operations('write'), description: 'Other words only.' } });
    expect((await host.post(ID, 'reload')).body).toMatchObject({ state: 'running', pending: null });
    writeFolderConnector(home, ID, { manifest: operations('read') });
    expect((await host.post(ID, 'reload')).body).toMatchObject({
      pending: {
        state: 'needs_approval',
        difference: {
          code: 'same',
          permissions: [
            { permission: 'read operation echo', change: 'new' },
            { permission: 'write operation echo', change: 'removed' },
          ],
        },
      },
    });
    expect(host.connector(ID).operations.echo?.effect).toBe('write');
  });
});

describe('a restart', () => {
  it('keeps approvals, and prunes nothing that a channel or a connector still needs', async () => {
    writeFolderConnector(home, ID);
    await start();
    await host.approve(ID);
    const { digest } = await host.show(ID);
    home.write(`store/connectors/${ID}/connector.ts`, connectorSource('v2'));
    await restart();
    const shown = await until(
      () => host.show(ID),
      ({ serving }) => serving?.state === 'running',
      'the approved one serves',
    );
    expect(shown).toMatchObject({ state: 'needs_approval', serving: { digest }, approved_digest: digest, approved_by: 'token:admin' });
    expect(await version()).toBe('v1');
  });

  it('grants of config/connectors.json approve by file, and name what they leave out', async () => {
    writeFolderConnector(home, ID, { origins: [server.url] });
    home.write('config/connectors.json', { [ID]: { grants: {} } });
    await start();
    expect(await host.show(ID)).toMatchObject({
      state: 'needs_approval',
      reason: expect.stringContaining(
        `config/connectors.json, wiki.grants does not grant what the manifest asks for: network ${server.url}`,
      ),
    });
    home.write('config/connectors.json', { [ID]: { grants: { network: [server.url] } } });
    await restart();
    expect(await host.inState(ID, 'running')).toMatchObject({ approved_by: 'file' });
  });
});
