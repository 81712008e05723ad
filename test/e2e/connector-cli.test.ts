/** `agentos connector …` on a home whose host runs, and on one whose host does not. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ADMIN_TOKEN } from '../support/admin-api.ts';
import { writeFolderConnector } from '../support/folder-connector.ts';
import { agentos, type CommandResult, type Home, makeHome, type RunningHost, startHost } from '../support/home.ts';
import { until } from '../support/until.ts';

let home: Home;
let host: RunningHost;
const run = (...args: string[]): Promise<CommandResult> => agentos(home, ['connector', ...args]);
// biome-ignore lint/suspicious/noExplicitAny: tests look into bodies of every shape
const json = async (...args: string[]): Promise<any> => (await run(...args, '--json')).json();

beforeAll(async () => {
  home = makeHome();
  writeFolderConnector(home, 'wiki', {
    healthCheck: "\n    return this.config.space !== 'closed';",
    manifest: { configuration_schema: { space: { type: 'string' } } },
  });
  home.write('config/connectors.json', { wiki: { config: { space: 'closed' } } });
  host = await startHost(home, { env: { AGENTOS_ADMIN_TOKEN: ADMIN_TOKEN } });
});
afterAll(async () => {
  await host.stop();
  home.remove();
});

describe('agentos connector', () => {
  it('list and show tell what waits, with the command that approves it', async () => {
    expect((await run('list')).stdout).toMatch(/^CONNECTOR.*\nwiki +needs_approval .*agentos connector approve wiki --digest sha256-/);
    const shown = (await run('show', 'wiki')).stdout;
    expect(shown).toMatch(/operations +\["echo \(read\)","get \(read\)"\]/);
    expect(shown).toMatch(/code +new|code +nothing was approved before/);
    expect(await run('show', 'wikki')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('CONNECTOR_NOT_FOUND: There is no connector wikki.'),
    });
  });

  it('approve lets exactly what was read run; test says whether it is well, and exits 1 when it is not', async () => {
    const { digest } = await json('show', 'wiki');
    expect((await run('approve', 'wiki', '--digest', `sha256-${'0'.repeat(43)}`)).code).toBe(1);
    expect(await json('approve', 'wiki', '--digest', digest)).toMatchObject({ approved_digest: digest });
    await until(
      () => json('show', 'wiki'),
      ({ state }) => state === 'degraded',
      'it is up, and not well',
    );
    expect(await run('test', 'wiki')).toMatchObject({
      code: 1,
      stdout: expect.stringMatching(/asked +the connector/),
      stderr: expect.stringContaining('Connector wiki is not well.'),
    });
    const status = await agentos(home, ['status']);
    expect(status.stdout).toMatch(/CONNECTOR +STATE +REASON\nwiki +degraded/);
  });

  it('disable, enable and reload do what they say', async () => {
    expect(await json('disable', 'wiki')).toMatchObject({ state: 'disabled' });
    expect(await json('enable', 'wiki')).toMatchObject({ enabled: true });
    expect(await json('reload', 'wiki')).toMatchObject({ id: 'wiki', enabled: true });
    expect((await agentos(home, ['config', 'get', 'connectors.wiki.space', '--json'])).json()).toEqual({
      key: 'connectors.wiki.space',
      value: 'closed',
      source: 'config/connectors.json',
    });
  });

  it('check says what is missing in a folder, without a host', async () => {
    const checked = await run('check', `${home.dir}/store/connectors/wiki`, '--json');
    expect(checked.json()).toMatchObject({ id: 'wiki', kind: 'connector' });
  });

  it('works on the database alone when no host runs', async () => {
    await host.stop();
    expect(await json('list')).toMatchObject([{ id: 'wiki', state: 'starting', reason: 'The host is not running.' }]);
    expect(await json('disable', 'wiki')).toMatchObject({ state: 'disabled' });
    host = await startHost(home, { env: { AGENTOS_ADMIN_TOKEN: ADMIN_TOKEN } });
    expect(await json('show', 'wiki')).toMatchObject({ state: 'disabled' });
  });

  it('a file with an unknown key is told with its line, and the host does not start', async () => {
    await host.stop();
    home.write('config/connectors.json', '{\n  "wiki": {\n    "grants": { "websocket": [] }\n  }\n}');
    const refused = await agentos(home, ['connector', 'list']);
    expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining('config/connectors.json:3: Unknown key "websocket".') });
    home.write('config/connectors.json', '{}');
    host = await startHost(home, { env: { AGENTOS_ADMIN_TOKEN: ADMIN_TOKEN } });
  });
});
