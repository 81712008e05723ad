import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { type ChannelConfigInput, contestedVariables, resolvePluginConfig, variableOf } from '../../../host/registry/plugin-config.ts';
import type { PluginSource, Problem } from '../../../host/registry/plugin-source.ts';
import type { ConfigurationField, Manifest } from '../../../schemas/manifest.ts';

type Fields = Record<string, ConfigurationField>;

const sourceOf = (fields: Fields, rest: Partial<PluginSource> = {}, manifest: Partial<Manifest> = {}): PluginSource => {
  const id = rest.id ?? 'mine';
  return {
    kind: 'channel',
    id,
    folder: `/home/store/channels/${id}`,
    manifest: { id, name: 'Mine', version: '1.0.0', adapter_class: './adapter.ts#Mine', configuration_schema: fields, ...manifest },
    builtin: null,
    export_name: 'Mine',
    widens: true,
    problems: [],
    setup_guide: null,
    bundle: null,
    digest: null,
    ...rest,
  };
};

const builtin = (id: string, channel_id = id): PluginSource => {
  const manifest = JSON.parse(
    readFileSync(path.join(import.meta.dirname, `../../../plugins/channels/${id}/manifest.json`), 'utf8'),
  ) as Manifest;
  return sourceOf(manifest.configuration_schema ?? {}, { id: channel_id, builtin: id, widens: false }, { ...manifest, id: channel_id });
};

const resolve = (source: PluginSource, env: Record<string, string> = {}, more: Partial<ChannelConfigInput> = {}) =>
  resolvePluginConfig({ source, env: (name) => env[name], file_entry: undefined, stored: {}, ...more });

const outcomeOf = (field: ConfigurationField, env: string) => {
  const { values, problems } = resolve(sourceOf({ field }), { CHANNEL_MINE_FIELD: env });
  return problems.length > 0 ? problems.map(({ message }) => message) : values.field?.value;
};

describe("the guide's channels", () => {
  it('have everything once its variables have values', () => {
    const env = {
      TWILIO_ACCOUNT_SID: 'AC1',
      TWILIO_AUTH_TOKEN: 'secret',
      TWILIO_PHONE_NUMBER: '+14155238886',
      TELEGRAM_BOT_TOKEN: '1:abc',
    };
    const twilio = resolve(builtin('whatsapp_twilio'), env);
    expect(twilio).toMatchObject({ missing: [], to_generate: [], problems: [] });
    expect(twilio.values.auth_token).toEqual({ value: 'secret', source: 'environment' });
    expect(twilio.values.api_base_url).toEqual({ value: 'https://api.twilio.com', source: 'default' });
    expect(resolve(builtin('telegram'), env)).toMatchObject({ missing: [], to_generate: ['webhook_secret'], problems: [] });
  });

  it('miss what its placeholders stand for, wherever they stand', () => {
    const env = { TWILIO_ACCOUNT_SID: 'your_account_sid', TWILIO_PHONE_NUMBER: '+14155238886' };
    const { missing, variable } = resolve(builtin('whatsapp_twilio'), env, { file_entry: { config: { auth_token: 'your_auth_token' } } });
    expect(missing).toEqual(['account_sid', 'auth_token']);
    expect(missing.map(variable)).toEqual(['TWILIO_ACCOUNT_SID', 'TWILIO_AUTH_TOKEN']);
  });

  it('keep a secret that the host made before', () => {
    const { values, to_generate } = resolve(builtin('telegram'), {}, { stored: { webhook_secret: 'made-by-the-host' } });
    expect(to_generate).toEqual([]);
    expect(values.webhook_secret).toEqual({ value: 'made-by-the-host', source: 'stored' });
  });
});

describe('the variable of a field', () => {
  it("is a built-in plugin's own only for the channel with the plugin's id", () => {
    expect(variableOf(builtin('telegram'), 'bot_token')).toBe('TELEGRAM_BOT_TOKEN');
    expect(variableOf(builtin('telegram'), 'api_base_url')).toBe('CHANNEL_TELEGRAM_API_BASE_URL');
    expect(variableOf(builtin('telegram', 'second_bot'), 'bot_token')).toBe('CHANNEL_SECOND_BOT_BOT_TOKEN');
  });

  it('is never one that a folder names', () => {
    const source = sourceOf({ token: { type: 'string', env: 'AWS_SECRET_ACCESS_KEY' } });
    expect(resolve(source, { AWS_SECRET_ACCESS_KEY: 'aws' }).values).toEqual({});
    expect(variableOf(source, 'token')).toBe('CHANNEL_MINE_TOKEN');
  });

  it('is not read for a manifest with errors', () => {
    const problem: Problem = { severity: 'error', check: 'x', file: 'manifest.json', pointer: '', line: 1, message: 'm', hint: 'h' };
    const source = { ...builtin('telegram'), problems: [problem] };
    expect(resolve(source, { TELEGRAM_BOT_TOKEN: '1:abc' }).values.bot_token).toBeUndefined();
    const warned = { ...source, problems: [{ ...problem, severity: 'warning' as const }] };
    expect(resolve(warned, { TELEGRAM_BOT_TOKEN: '1:abc' }).values.bot_token).toBeDefined();
  });

  it('that two channels share belongs to neither', () => {
    const victim = sourceOf({ bot_token: { type: 'string', required: true, secret: true } }, { id: 'shop' });
    const thief = sourceOf({ token: { type: 'string' } }, { id: 'shop_bot' });
    const contested = contestedVariables([victim, thief, builtin('telegram')]);
    expect([...contested]).toEqual(['CHANNEL_SHOP_BOT_TOKEN']);
    for (const source of [victim, thief]) {
      const { values, problems } = resolve(source, { CHANNEL_SHOP_BOT_TOKEN: 'hunter2' }, { contested });
      expect(values).toEqual({});
      expect(problems).toEqual([expect.objectContaining({ message: expect.stringContaining('CHANNEL_SHOP_BOT_TOKEN') })]);
    }
  });

  it('that cannot be read is a problem, and no other source takes its place', () => {
    const source = sourceOf({ token: { type: 'string', secret: true, default: 'weak' } });
    const unreadable = { problem: 'The file that CHANNEL_MINE_TOKEN_FILE names cannot be read (ENOENT).', hint: 'Mend it.' };
    const resolved = resolvePluginConfig({ source, env: () => unreadable, file_entry: { config: { token: 'x' } }, stored: {} });
    expect(resolved.values).toEqual({});
    expect(resolved.problems).toEqual([{ field: 'token', message: unreadable.problem, hint: 'Mend it.' }]);
  });
});

describe('a value', () => {
  const source = sourceOf({ color: { type: 'string', default: 'grey' } });

  it('comes from the first of variable, file, API and default that states it', () => {
    const env = { CHANNEL_MINE_COLOR: 'red' };
    const file_entry = { config: { color: 'blue' } };
    const stored = { color: 'green' };
    expect(resolve(source, env, { file_entry, stored }).values.color).toEqual({ value: 'red', source: 'environment' });
    expect(resolve(source, {}, { file_entry, stored }).values.color).toEqual({ value: 'blue', source: 'file' });
    expect(resolve(source, {}, { stored }).values.color).toEqual({ value: 'green', source: 'stored' });
    expect(resolve(source).values.color).toEqual({ value: 'grey', source: 'default' });
  });

  it('that does not fit is a problem, never replaced by the next source', () => {
    const strict = sourceOf({ color: { type: 'string', enum: ['red', 'grey'], default: 'grey', required: true } });
    const { values, missing, problems } = resolve(strict, { CHANNEL_MINE_COLOR: 'purple' }, { stored: { color: 'red' } });
    expect(values).toEqual({});
    expect(missing).toEqual([]);
    expect(problems).toEqual([
      { field: 'color', message: 'CHANNEL_MINE_COLOR is none of the allowed values.', hint: 'Allowed: red, grey.' },
    ]);
  });

  it('that is an empty text counts only where nothing is needed', () => {
    const fields: Fields = {
      note: { type: 'string', default: 'hello' },
      name: { type: 'string', required: true },
      token: { type: 'string', secret: true },
    };
    const { values, missing } = resolve(sourceOf(fields), {}, { file_entry: { config: { note: '', name: '', token: '' } } });
    expect(values).toEqual({ note: { value: '', source: 'file' } });
    expect(missing).toEqual(['name']);
  });

  it('for a field that does not exist is told, with the one that was meant', () => {
    const { problems } = resolve(source, {}, { file_entry: { config: { colour: 'red' } } });
    expect(problems).toEqual([
      { field: 'colour', message: 'config/channels.json, mine.config.colour: the channel has no such field.', hint: 'Did you mean color?' },
    ]);
  });

  it('is not found on what every object has', () => {
    const { values, missing } = resolve(
      sourceOf({ constructor: { type: 'string', required: true } } as unknown as Fields),
      {},
      { file_entry: { config: {} } },
    );
    expect(values.constructor).toBeUndefined();
    expect(missing).toEqual(['constructor']);
  });
});

describe('the text of a variable', () => {
  it.each<[ConfigurationField, string, unknown]>([
    [{ type: 'string' }, '42', '42'],
    [{ type: 'integer' }, '42', 42],
    [{ type: 'number' }, '-1.5e2', -150],
    [{ type: 'boolean' }, 'True', true],
    [{ type: 'boolean' }, '0', false],
    [{ type: 'integer', min: 1, max: 5, enum: [1, 5] }, '5', 5],
    [{ type: 'string', format: 'uri' }, 'http://127.0.0.1:9999', 'http://127.0.0.1:9999'],
    [{ type: 'string', format: 'email' }, 'a@b.example', 'a@b.example'],
    [{ type: 'string', pattern: '^\\+[0-9]+$' }, '+14155238886', '+14155238886'],
    [{ type: 'string', max: 3 }, '👩‍🚀', '👩‍🚀'],
  ])('for %j: %s', (field, env, value) => {
    expect(outcomeOf(field, env)).toEqual(value);
  });

  it.each<[ConfigurationField, string, string]>([
    [{ type: 'integer' }, '4.5', 'a whole number'],
    [{ type: 'integer' }, '9007199254740993', 'a whole number'],
    [{ type: 'integer' }, '0x10', 'a whole number'],
    [{ type: 'number' }, 'Infinity', 'a number'],
    [{ type: 'number' }, '1e999', 'a number'],
    [{ type: 'boolean' }, 'maybe', 'true or false'],
    [{ type: 'integer', max: 5 }, '6', 'more than 5'],
    [{ type: 'string', min: 8 }, 'short', 'less than 8'],
    [{ type: 'string', format: 'uri' }, 'api.example.com', 'no uri'],
    [{ type: 'string', format: 'uuid' }, 'x', 'no uuid'],
    [{ type: 'string', pattern: '^[0-9]+$' }, 'abc', 'form'],
    [{ type: 'string', pattern: '(' }, 'abc', 'pattern'],
    [{ type: 'string' }, 'x'.repeat(65_537), 'longer'],
  ])('is refused for %j', (field, env, message) => {
    expect(outcomeOf(field, env)).toEqual([expect.stringContaining(message)]);
  });

  it('cannot make a pattern run for ever', () => {
    const field: ConfigurationField = { type: 'string', pattern: '^(a+)+$' };
    expect(outcomeOf(field, `${'a'.repeat(4_000)}!`)).toEqual([expect.stringContaining('form')]);
  });

  it('is never repeated in a problem', () => {
    const { problems } = resolve(sourceOf({ field: { type: 'integer', secret: true } }), { CHANNEL_MINE_FIELD: 'hunter2' });
    expect(problems).toHaveLength(1);
    expect(JSON.stringify(problems)).not.toContain('hunter2');
  });
});

describe('a value in the file', () => {
  it('has the type of its field: a number is no text', () => {
    const fields: Fields = { phone: { type: 'string' }, limit: { type: 'integer' } };
    const { problems } = resolve(sourceOf(fields), {}, { file_entry: { config: { phone: 14155238886, limit: '3' } } });
    expect(problems.map(({ hint }) => hint)).toEqual(['Put it in double quotes.', 'Write a whole number.']);
  });
});

describe('a verification secret', () => {
  const verified = (value: string) => resolve(builtin('telegram'), { TELEGRAM_BOT_TOKEN: '1:a', TELEGRAM_WEBHOOK_SECRET: value });

  it('may be several while it is being changed, each of the right form', () => {
    expect(verified('old_secret, new_secret')).toMatchObject({
      problems: [],
      values: { webhook_secret: { value: 'old_secret, new_secret' } },
    });
    expect(verified('old_secret,new secret').problems).toHaveLength(1);
    expect(verified('old_secret,').problems).toEqual([expect.objectContaining({ message: expect.stringContaining('empty part') })]);
  });

  it('is the only field where a comma has this meaning', () => {
    const { problems } = resolve(sourceOf({ other: { type: 'string', pattern: '^[a-z]+$' } }), { CHANNEL_MINE_OTHER: 'a,b' });
    expect(problems).toHaveLength(1);
  });
});
