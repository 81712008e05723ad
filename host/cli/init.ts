/** `agentos init`: a new home with an example channel. Nothing that stands is overwritten. */
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { CliContext, CommonOptions } from './context.ts';
import { printJson } from './output.ts';

const ENV = `# Values here count unless the real environment states them. agentos config list shows what is in force.

# The address that platforms see, for example https://bot.example.com
# PUBLIC_URL=

# Telegram
# TELEGRAM_BOT_TOKEN=

# WhatsApp through Twilio
# TWILIO_ACCOUNT_SID=
# TWILIO_AUTH_TOKEN=
# TWILIO_PHONE_NUMBER=

# Who answers: echo, or http with an address of yours
AGENT_BACKEND=echo
# AGENT_URL=
# AGENT_SECRET=

# Opens the API on the network
# AGENTOS_ADMIN_TOKEN=
`;

const POLICY = {
  network_mode: { default: 'on', allowed_modes: ['on', 'readonly', 'off'] },
  rate_limits: { max_requests_per_user: 100, time_window_seconds: 60 },
};

const channel = (id: string, name: string, adapter_class: string) => ({ id, name, version: '1.0.0', adapter_class });

const FILES: readonly [string, string][] = [
  ['.env', ENV],
  ['config/security_policy.json', `${JSON.stringify(POLICY, null, 2)}\n`],
  ['config/channels.json', '{}\n'],
  ['config/connectors.json', '{}\n'],
  ['store/channels/webchat/manifest.json', `${JSON.stringify(channel('webchat', 'Web chat', 'webchat#WebchatAdapter'), null, 2)}\n`],
  [
    'store/channels/telegram/manifest.json',
    `${JSON.stringify({ ...channel('telegram', 'Telegram', 'telegram#TelegramAdapter'), webhook_url: '/webhooks/telegram' }, null, 2)}\n`,
  ],
];

export const init = async (context: CliContext, options: CommonOptions, dir: string): Promise<void> => {
  const home = path.resolve(context.cwd, options.home ?? dir);
  const written: string[] = [];
  const kept: string[] = [];
  for (const [name, text] of FILES) {
    const file = path.join(home, name);
    await mkdir(path.dirname(file), { recursive: true });
    try {
      await writeFile(file, text, { flag: 'wx', mode: name === '.env' ? 0o600 : 0o644 });
      written.push(name);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      kept.push(name);
    }
  }
  if (options.json) return printJson(context.stdout, { home, written, kept });
  for (const name of written) context.stdout.write(`wrote ${path.join(home, name)}\n`);
  for (const name of kept) context.stdout.write(`kept  ${path.join(home, name)}\n`);
  context.stdout.write(`\nNext: agentos serve --home ${home}\n`);
};
