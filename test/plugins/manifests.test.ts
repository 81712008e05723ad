import { Value } from 'typebox/value';
import { describe, expect, it } from 'vitest';
import { Manifest } from '../../schemas/manifest.ts';
import { problemsOf } from './conforms.ts';
import { readManifest } from './granted-context.ts';

const BUILT_IN = ['telegram', 'whatsapp_twilio', 'webchat'];

/** As the deployment guide prints them: an operator's copy must go on loading. */
const GUIDE = {
  whatsapp_twilio: {
    name: 'WhatsApp (Twilio)',
    id: 'whatsapp_twilio',
    version: '1.0.0',
    adapter_class: 'agentos.communicationos.channels.whatsapp_twilio.WhatsAppTwilioAdapter',
    description: 'WhatsApp integration via Twilio',
    capabilities: ['text', 'images', 'audio'],
    webhook_url: '/webhooks/whatsapp/twilio',
    configuration_schema: {
      account_sid: { type: 'string', required: true },
      auth_token: { type: 'string', required: true, secret: true },
      phone_number: { type: 'string', required: true },
    },
    setup_guide: 'README.md',
  },
  telegram: {
    name: 'Telegram',
    id: 'telegram',
    version: '1.0.0',
    adapter_class: 'agentos.communicationos.channels.telegram.TelegramAdapter',
    description: 'Telegram bot integration',
    capabilities: ['text', 'images', 'documents'],
    webhook_url: '/webhooks/telegram',
    configuration_schema: { bot_token: { type: 'string', required: true, secret: true } },
    setup_guide: 'README.md',
  },
} as const;

describe.each(BUILT_IN)('%s', (id) => {
  it.each([`plugins/channels/${id}`, `store/channels/${id}`])('has a valid manifest in %s', (folder) => {
    const manifest = readManifest(folder);
    expect([...Value.Errors(Manifest, manifest)]).toEqual([]);
    expect(manifest.id).toBe(id);
  });

  it('asks for nothing in its channel folder that the plugin does not ask for', () => {
    const own = readManifest(`plugins/channels/${id}`);
    const channel = readManifest(`store/channels/${id}`);
    expect(channel.permissions).toBeUndefined();
    expect(own.capabilities).toEqual(expect.arrayContaining(channel.capabilities ?? []));
    expect(channel.webhook_url ?? own.webhook_url).toBe(own.webhook_url);
  });
});

it.each(Object.entries(GUIDE))("%s's channel folder holds the guide's manifest unchanged", (id, manifest) => {
  expect(readManifest(`store/channels/${id}`)).toEqual(manifest);
});

it('the check that the other tests rely on finds what is wrong', () => {
  expect(problemsOf([{ message_id: '', type: 'text' }])).not.toEqual([]);
  expect(problemsOf([{ kind: 'delivery_report', status: 'lost' }])).not.toEqual([]);
});
