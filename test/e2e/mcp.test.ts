/** The Model Context Protocol as programs meet it: the built host, the inspector, and the conformance suite. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ADMIN_TOKEN, adminApi, channelIn } from '../support/admin-api.ts';
import { type Home, makeHome, type RunningHost, startHost } from '../support/home.ts';
import { conforms, inspect } from '../support/mcp.ts';

let home: Home;
let host: RunningHost;
let viewer: string;
beforeAll(async () => {
  home = makeHome({
    'store/channels/webchat/manifest.json': {
      id: 'webchat',
      name: 'Web chat',
      version: '1.0.0',
      adapter_class: 'webchat#WebchatAdapter',
    },
  });
  host = await startHost(home, { env: { AGENTOS_ADMIN_TOKEN: ADMIN_TOKEN } });
  await channelIn(host, 'webchat', 'running');
  viewer = (await adminApi(host).post('/api/tokens', { role: 'viewer', name: 'reads' })).body.token;
});
afterAll(async () => {
  await host.stop();
  home.remove();
});

describe('the conformance suite', () => {
  it.each(['server-initialize', 'ping', 'tools-list', 'dns-rebinding-protection'])('passes %s', async (scenario) => {
    const { code, stdout, stderr } = await conforms(host.url, ADMIN_TOKEN, scenario);
    expect({ code, output: code === 0 ? '' : stdout + stderr }).toEqual({ code: 0, output: '' });
    expect(stdout).toMatch(/Passed: (\d+)\/\1, 0 failed/);
  });
});

describe('the inspector', () => {
  const asked = async (token: string, args: readonly string[]) => {
    const { code, stdout, stderr } = await inspect(host.url, token, args);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    return JSON.parse(stdout);
  };

  it('lists the tools of each role', async () => {
    const names = async (token: string) =>
      (await asked(token, ['--method', 'tools/list'])).tools
        .map(({ name }: { name: string }) => name)
        .filter((name: string) => !name.includes('__'));
    expect(await names(viewer)).toEqual(['list_channels', 'list_sessions']);
    expect(await names(ADMIN_TOKEN)).toEqual(['list_channels', 'list_sessions', 'send_message']);
  });

  it('calls them', async () => {
    const channels = await asked(viewer, ['--method', 'tools/call', '--tool-name', 'list_channels']);
    expect(channels.structuredContent.items).toMatchObject([{ id: 'webchat', state: 'running' }]);
    const message = ['--tool-arg', 'channel_id=webchat', '--tool-arg', 'conversation_key=someone', '--tool-arg', 'text=hello there'];
    const sent = await asked(ADMIN_TOKEN, ['--method', 'tools/call', '--tool-name', 'send_message', ...message]);
    expect(sent).toMatchObject({ isError: false, structuredContent: { text: 'hello there', direction: 'outbound' } });
    expect((await adminApi(host).get(`/api/messages/${sent.structuredContent.id}`)).body).toMatchObject({ text: 'hello there' });
  });

  it('is told what is wrong', async () => {
    expect(await asked(viewer, ['--method', 'tools/call', '--tool-name', 'send_message'])).toMatchObject({
      isError: true,
      structuredContent: { error: { code: 'FORBIDDEN' } },
    });
    const refused = await inspect(host.url, 'aos_of-nobody', ['--method', 'tools/list']);
    expect(refused.code).not.toBe(0);
    expect(refused.stderr).toContain('UNAUTHORIZED');
  });
});
