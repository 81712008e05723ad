/** What docs/plugins.md shows can be used as it stands. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { agentos, makeHome, ROOT } from '../support/home.ts';

const guide = readFileSync(path.join(ROOT, 'docs/plugins.md'), 'utf8');
const block = (language: string): string => {
  const found = new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``).exec(guide)?.[1];
  if (found === undefined) throw new Error(`docs/plugins.md has no ${language} block`);
  return found;
};

const home = makeHome({
  'store/channels/my_channel/manifest.json': block('json'),
  'store/channels/my_channel/adapter.ts': block('ts'),
  'store/channels/my_channel/README.md': '# My channel\n',
});
afterAll(() => home.remove());

describe('the plugin guide', () => {
  it('shows a channel that passes the check', async () => {
    const result = await agentos(null, ['channel', 'check', path.join(home.dir, 'store/channels/my_channel'), '--json']);
    expect(result.json()).toMatchObject({ id: 'my_channel', ok: true, digest: expect.stringMatching(/^sha256-/), problems: [] });
    expect(result.code).toBe(0);
  });

  it('shows a channel that waits for its approval, and then for its values', async () => {
    const [channel] = (await agentos(home, ['channel', 'list', '--json'])).json<{ id: string; state: string; digest: string }[]>();
    expect(channel).toMatchObject({ id: 'my_channel', state: 'needs_approval' });
    const approved = await agentos(home, ['channel', 'approve', 'my_channel', '--digest', channel?.digest ?? '', '--json']);
    expect(approved.json()).toMatchObject({ state: 'needs_config', missing: ['webhook_secret', 'api_token'] });
  });
});
