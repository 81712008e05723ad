import { afterAll, describe, expect, it } from 'vitest';
import { agentos, makeHome, startHost } from '../support/home.ts';
import { telegramManifest } from '../support/telegram-home.ts';

const home = makeHome({
  'store/channels/telegram/manifest.json': telegramManifest,
  'store/channels/webchat/manifest.json': { id: 'webchat', name: 'Web chat', version: '1.0.0', adapter_class: 'webchat#WebchatAdapter' },
  'config/channels.json': { telegram: { config: { api_base_url: 'https://somebody:secret@api.example.com' } } },
});
afterAll(() => home.remove());

describe('a value that makes no grant', () => {
  it("is that channel's trouble: it says what is wrong, and the others run", async () => {
    const host = await startHost(home, { env: { TELEGRAM_BOT_TOKEN: '1:token', TELEGRAM_WEBHOOK_SECRET: 'secret' }, running: ['webchat'] });
    try {
      const channel = (await agentos(home, ['channel', 'show', 'telegram', '--json'])).json<{
        state: string;
        reason: string;
        fix: string;
      }>();
      expect(channel.state).toMatch(/^(invalid|needs_config)$/);
      expect(channel.reason).toContain('api_base_url');
      expect(channel.fix).not.toBe('');
      const health = (await (await fetch(`${host.url}/health`)).json()) as { components: { channels: string[] } };
      expect(health.components.channels).toEqual(['webchat']);
    } finally {
      await host.stop();
    }
  });
});
