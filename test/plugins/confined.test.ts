/** The built-in adapters as they really run: bundled, in a locked realm of a worker. */
import { fileURLToPath } from 'node:url';
import type { Update } from 'grammy/types';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { bundleBuiltin } from '../../host/sandbox/bundle.ts';
import type { Json } from '../../host/sandbox/confined.ts';
import { parseUpdate } from '../../plugins/channels/telegram/parse.ts';
import { parseForm } from '../../plugins/channels/whatsapp_twilio/parse.ts';
import { type FakeTelegram, startFakeTelegram } from '../fakes/telegram.ts';
import { pluginOptions, useSandbox } from '../host/sandbox/fixture.ts';
import { createGrantedContext, type Granted, outbound, RECEIVED_AT, webhookEvent } from './granted-context.ts';
import * as updates from './telegram/fixtures/updates.ts';
import * as forms from './whatsapp_twilio/fixtures/forms.ts';

const plugins = fileURLToPath(new URL('../../plugins', import.meta.url));
const schemas = fileURLToPath(new URL('../../schemas', import.meta.url));
const TOKEN = '7000001:AAEtest';
const sandbox = useSandbox();

const start = async (id: string, export_name: string, granted?: Granted) => {
  const bundle = await bundleBuiltin({ entry: `${plugins}/channels/${id}/adapter.ts`, roots: [plugins, schemas] });
  if (!bundle.ok) throw new Error(JSON.stringify(bundle.problems));
  const config = (granted?.context.config ?? {}) as Record<string, string>;
  const fetch = async (args: Json) => {
    const { url, ...request } = args as { url: string };
    return (await granted?.context.fetch?.(url, request)) as unknown as Json;
  };
  const result = await sandbox.sandbox().start({
    ...pluginOptions('', { config, granted: granted ? ['fetch'] : [], handlers: { fetch, emit: async () => null } }),
    code: bundle.code,
    export_name,
  });
  if (!result.ok) throw new Error(JSON.stringify(result.fault));
  return result.adapter;
};

const plain = (value: unknown) => JSON.parse(JSON.stringify(value)) as Json;

describe('telegram', () => {
  let telegram: FakeTelegram;
  let granted: Granted;
  beforeEach(async () => {
    telegram = await startFakeTelegram({ token: TOKEN, username: updates.BOT.username });
    granted = createGrantedContext('telegram', {
      config: { api_base_url: telegram.url },
      secrets: { bot_token: TOKEN, webhook_secret: 'hook' },
    });
  });
  afterEach(async () => {
    await granted.close();
    await telegram.close();
  });

  it('starts, reads every fixture as it does outside, and sends', async () => {
    const adapter = await start('telegram', 'TelegramAdapter', granted);
    expect(await adapter.call('start', [])).toMatchObject({ ok: true });
    const all = Object.values(updates).filter((value): value is Update => Object.hasOwn(value as object, 'update_id'));
    for (const update of all) {
      const received = await adapter.call('receive', [plain(webhookEvent({ json: update }))]);
      expect(received).toEqual({ ok: true, value: plain(parseUpdate(update, RECEIVED_AT, updates.BOT)) });
    }
    const message = outbound({ text: 'hello 😀', buttons: [[{ id: 'yes', label: 'Yes' }]] });
    expect(await adapter.call('send', [plain(message)])).toEqual({ ok: true, value: { status: 'sent', platform_message_id: '42:1' } });
    await adapter.stop(1000);
  });

  it('tells why it could not start by a code', async () => {
    telegram.revokeToken();
    const adapter = await start('telegram', 'TelegramAdapter', granted);
    expect(await adapter.call('start', [])).toMatchObject({ ok: false, fault: 'threw', code: 'UNAUTHORIZED' });
    await adapter.stop(1000);
  });
});

it('whatsapp_twilio reads a form as it does outside', async () => {
  const adapter = await start('whatsapp_twilio', 'WhatsAppTwilioAdapter');
  for (const fields of [forms.text, forms.tenFiles, forms.location, forms.failed]) {
    const form = forms.asForm(fields);
    expect(await adapter.call('receive', [plain(webhookEvent({ form }))])).toEqual({
      ok: true,
      value: plain(parseForm(form, RECEIVED_AT)),
    });
  }
  await adapter.stop(1000);
});

it('webchat reads and sends without any permission', async () => {
  const adapter = await start('webchat', 'WebchatAdapter');
  const json = { user_key: 'v', client_message_id: '1', text: 'hi' };
  expect(await adapter.call('receive', [plain(webhookEvent({ json }))])).toMatchObject({ ok: true, value: [{ message_id: 'v:1' }] });
  expect(await adapter.call('send', [plain(outbound({ text: 'x' }))])).toMatchObject({ ok: true, value: { status: 'sent' } });
  await adapter.stop(1000);
});
