/** Connectors that an operator installs: a folder is dropped, read, approved, and called. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { writeFolderConnector } from '../support/folder-connector.ts';
import { type Home, makeHome } from '../support/home.ts';
import { type ConnectorHost, type ConnectorHostOptions, openConnectorHost } from './connector-host.ts';

const ID = 'wiki';

let home: Home;
let host: ConnectorHost;

const start = async (options: ConnectorHostOptions = {}): Promise<void> => {
  host = await openConnectorHost(home, options);
};
beforeEach(() => {
  home = makeHome();
});
afterEach(async () => {
  await host.stop();
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
    });
    expect(host.connector(ID)).toMatchObject({ origin: 'folder', approved: false, name: 'Connector wiki' });
    expect(host.connector(ID).unavailable()).toMatchObject({ state: 'needs_approval' });
    expect(await host.call(ID, 'echo', { text: 'x' })).toMatchObject({ ok: false, code: 'CONNECTOR_ERROR' });
    expect(await host.post(ID, 'approve', { digest: `sha256-${'x'.repeat(43)}` })).toMatchObject({
      status: 409,
      body: { code: 'DIGEST_MISMATCH' },
    });

    await host.approve(ID);
    expect(host.connector(ID)).toMatchObject({ approved: true });
    expect(host.connector(ID).unavailable()).toBeNull();
    expect(await host.call(ID, 'echo', { text: 'hello' })).toEqual({ ok: true, data: { said: 'hello', by: 'v1' } });
    expect(await host.call(ID, 'delete', {})).toEqual({ ok: false, code: 'NOT_SUPPORTED', message: "Operation 'delete' not supported" });
  });
});
