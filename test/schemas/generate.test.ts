import { readFileSync } from 'node:fs';
import path from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { generateSchemas } from '../../schemas/generate.ts';

const ROOT = path.join(import.meta.dirname, '../..');
const read = (file: string): string => readFileSync(path.join(ROOT, file), 'utf8');
const json = (file: string) => JSON.parse(read(file));

/** As an editor would use the file: with the generated text only, and no types of ours. */
const editorAccepts = (schemaFile: string, value: unknown): boolean =>
  new Ajv2020({ strict: false, logger: false }).compile(json(`schemas/${schemaFile}`))(value) === true;

describe.each([...generateSchemas()])('%s', (file, text) => {
  it('is in step with its TypeScript source: if not, run "tsx schemas/generate.ts"', () => {
    expect(read(`schemas/${file}`)).toBe(text);
  });

  it('is JSON Schema 2020-12 with its own name', () => {
    expect(json(`schemas/${file}`)).toMatchObject({ $schema: 'https://json-schema.org/draft/2020-12/schema', $id: file, type: 'object' });
  });
});

describe('an editor', () => {
  it.each([
    ['manifest.schema.json', 'store/channels/telegram/manifest.json'],
    ['manifest.schema.json', 'store/channels/whatsapp_twilio/manifest.json'],
    ['manifest.schema.json', 'plugins/channels/telegram/manifest.json'],
    ['manifest.schema.json', 'plugins/template/channel/manifest.json'],
    ['connector.schema.json', 'plugins/template/connector/manifest.json'],
    ['security_policy.schema.json', 'config/security_policy.json'],
    ['channels_config.schema.json', 'config/channels.json'],
    ['connectors_config.schema.json', 'config/connectors.json'],
  ])('with %s accepts %s, and the reference to the schema in it', (schema, file) => {
    expect(editorAccepts(schema, { $schema: `../schemas/${schema}`, ...json(file) })).toBe(true);
  });

  it.each([
    ['manifest.schema.json', { ...json('store/channels/telegram/manifest.json'), webhok: {} }],
    ['manifest.schema.json', { id: 'telegram', name: 'Telegram' }],
    ['connector.schema.json', { ...json('plugins/template/connector/manifest.json'), operations: { get: { params: {} } } }],
    ['connector.schema.json', { ...json('plugins/template/connector/manifest.json'), webhook_url: '/webhooks/x' }],
    ['security_policy.schema.json', { rate_limit: {} }],
    ['security_policy.schema.json', { channels: { telegram: { public: 'yes' } } }],
    ['channels_config.schema.json', { telegram: { grants: { storage: 'true' } } }],
    ['channels_config.schema.json', { Telegram: {} }],
    ['connectors_config.schema.json', { wiki: { grants: { websocket: [] } } }],
    ['connectors_config.schema.json', { wiki: { grants: { unsigned_webhook: true } } }],
    ['connectors_config.schema.json', { wiki: { enable: true } }],
  ])('with %s marks what is wrong in %j', (schema, value) => {
    expect(editorAccepts(schema, value)).toBe(false);
  });

  it('is told what a key of the policy means', () => {
    const { properties } = json('schemas/security_policy.schema.json');
    for (const section of Object.values<{ description?: string; properties?: Record<string, { description?: string }> }>(properties)) {
      for (const key of Object.values(section.properties ?? {})) expect(key.description).toMatch(/\.$/);
    }
  });
});
