import { describe, expect, it } from 'vitest';
import { TELEGRAM_MANIFEST, WHATSAPP_MANIFEST } from '../../support/guide.ts';
import { createHome, errorsOf, ownManifest, scan, scanOne, warningsOf } from './fixture.ts';

describe("the guide's manifests", () => {
  it.each([
    ['telegram', TELEGRAM_MANIFEST, 'TelegramAdapter', 5],
    ['whatsapp_twilio', WHATSAPP_MANIFEST, 'WhatsAppTwilioAdapter', 5],
  ])('%s loads, with the new form of adapter_class as its only remark', async (id, text, export_name, line) => {
    const source = await scanOne({ 'manifest.json': text }, id);
    expect(errorsOf(source)).toEqual([]);
    expect(warningsOf(source).map(({ check, line: at, hint }) => ({ check, at, hint }))).toEqual([
      { check: 'adapter_class', at: line, hint: `It works; write "adapter_class": "${id}#${export_name}".` },
    ]);
    expect(source).toMatchObject({ id, builtin: id, export_name, widens: false, bundle: { code: `/* ${id} */` } });
    expect(source.digest).toMatch(/^sha256-[\w-]{43}$/);
  });

  it('take from the plugin what they leave out, and keep what they state', async () => {
    const { manifest } = await scanOne({ 'manifest.json': TELEGRAM_MANIFEST }, 'telegram');
    const own = ownManifest('telegram');
    expect(manifest?.webhook).toEqual(own.webhook);
    expect(manifest?.permissions).toEqual(own.permissions);
    expect(manifest?.description).toBe('Telegram bot integration');
    expect(manifest?.capabilities).toEqual(['text', 'images', 'documents']);
    expect(manifest?.configuration_schema).toEqual(own.configuration_schema);
  });

  it("show the plugin's own set-up guide when the folder has none", async () => {
    const without = await scanOne({ 'manifest.json': TELEGRAM_MANIFEST }, 'telegram');
    const withOne = await scanOne({ 'manifest.json': TELEGRAM_MANIFEST, 'README.md': '# Ours' }, 'telegram');
    expect(without.setup_guide).toContain('# Telegram');
    expect(withOne.setup_guide).toBe('# Ours');
  });
});

it("the repository's own channels load without an error and ask for nothing more", async () => {
  const sources = await scan(new URL('../../..', import.meta.url).pathname);
  expect(sources.map(({ id }) => id)).toEqual(['telegram', 'webchat', 'whatsapp_twilio']);
  expect(sources.flatMap(errorsOf)).toEqual([]);
  expect(sources.map(({ widens }) => widens)).toEqual([false, false, false]);
});

describe('a channel of a built-in plugin', () => {
  const minimal = {
    id: 'sales_bot',
    name: 'Sales',
    version: '1.0.0',
    adapter_class: 'telegram#TelegramAdapter',
    webhook_url: '/webhooks/sales',
  };

  it('needs four lines, and may have an id and a path of its own', async () => {
    const source = await scanOne({ 'manifest.json': minimal }, 'sales_bot');
    expect(source.problems).toEqual([]);
    expect(source).toMatchObject({ id: 'sales_bot', builtin: 'telegram', widens: false });
  });

  it('keeps the attributes of a field of which it states one', async () => {
    const source = await scanOne(
      { 'manifest.json': { ...minimal, configuration_schema: { bot_token: { title: 'Token of the sales bot' } } } },
      'sales_bot',
    );
    expect(source.problems).toEqual([]);
    expect(source.manifest?.configuration_schema?.bot_token).toMatchObject({
      type: 'string',
      secret: true,
      required: true,
      title: 'Token of the sales bot',
    });
  });

  it('is told what it lost when its section replaced one that verifies deliveries', async () => {
    const source = await scanOne({ 'manifest.json': { ...minimal, webhook: { max_body_bytes: 1000 } } }, 'sales_bot');
    const [error] = errorsOf(source);
    expect(error).toMatchObject({ check: 'webhook', pointer: '/webhook' });
    expect(error?.hint).toContain('"scheme":"telegram_secret_token"');
    expect(source.bundle).toBeNull();
  });

  it('is never made of the prototype: a __proto__ key is refused, not merged', async () => {
    const text = JSON.stringify(minimal).replace(
      '{',
      '{"__proto__": {"permissions": {}}, "configuration_schema": {"__proto__": {"type": "string"}}, ',
    );
    const source = await scanOne({ 'manifest.json': text }, 'sales_bot');
    expect(errorsOf(source).map(({ pointer }) => pointer)).toEqual(
      expect.arrayContaining(['/__proto__', '/configuration_schema/__proto__']),
    );
    expect(source.manifest).toBeNull();
  });
});

it('one folder that is wrong leaves the others as they are', async () => {
  const home = createHome({ aa_broken: { 'manifest.json': '{' }, telegram: { 'manifest.json': TELEGRAM_MANIFEST } });
  const sources = await scan(home);
  expect(sources.map(({ id, digest }) => [id, digest !== null])).toEqual([
    ['aa_broken', false],
    ['telegram', true],
  ]);
});
