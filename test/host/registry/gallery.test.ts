import { describe, expect, it } from 'vitest';
import { errorsOf, FOLDER_FILES, FOLDER_MANIFEST, type Folders, folderWith, scanOne, warningsOf } from './fixture.ts';

type Expected = { check: string; pointer: string; hint: string | RegExp };

const found = async (files: Folders[string]) => {
  const source = await scanOne(files);
  expect(source.problems.some(({ severity }) => severity === 'error') ? source.bundle : null).toBeNull();
  return source.problems;
};

const expectProblem = async (files: Folders[string], severity: 'error' | 'warning', { check, pointer, hint }: Expected) => {
  const problems = await found(files);
  const hit = problems.find((each) => each.check === check && each.pointer === pointer);
  expect(hit, JSON.stringify(problems, null, 1)).toMatchObject({ severity });
  expect(hit?.hint).toMatch(hint instanceof RegExp ? hint : new RegExp(hint.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')));
};

it('a folder with nothing wrong has no problem and a digest', async () => {
  const source = await scanOne(folderWith({}));
  expect(source.problems).toEqual([]);
  expect(source).toMatchObject({ builtin: null, export_name: 'MyAdapter', widens: true, setup_guide: '# Mine' });
  expect(source.digest).toMatch(/^sha256-/);
});

describe('lines', () => {
  const at = async (text: string) => errorsOf(await scanOne({ ...FOLDER_FILES, 'manifest.json': text }))[0];
  const lines = JSON.stringify(FOLDER_MANIFEST, null, 2).split('\n');
  const lineOf = (part: string): number => lines.findIndex((line) => line.includes(part)) + 1;

  it('a misspelt key is shown in its own line, with the key that was meant', async () => {
    const text = lines.join('\n').replace('"webhook_url"', '"webhok_url"');
    expect(await at(text)).toMatchObject({
      line: lineOf('"webhook_url"'),
      message: 'Unknown key "webhok_url".',
      hint: 'Did you mean "webhook_url"?',
    });
  });

  it('a wrong value deep inside is shown in its own line', async () => {
    const text = lines.join('\n').replace('"hmac"', '"hmca"');
    expect(await at(text)).toMatchObject({
      line: lineOf('"hmac"'),
      pointer: '/webhook/verify/scheme',
      hint: expect.stringContaining('Did you mean "hmac"?'),
    });
  });

  it('what is missing is shown where the object begins', async () => {
    const text = lines.join('\n').replace('"url": "{config.api_base_url}",', '');
    expect(await at(text)).toMatchObject({ line: lineOf('"network"') + 1, message: expect.stringContaining('"url"') });
  });

  it('a rule that looks at meaning points at the line too', async () => {
    const text = lines.join('\n').replace('"secret": "signing_key"', '"secret": "signing_kye"');
    expect(await at(text)).toMatchObject({ check: 'verify', line: lineOf('"secret": "signing_key"'), hint: 'Did you mean "signing_key"?' });
  });

  it('a syntax error has its line', async () => {
    expect(await at('{\n  "id": "my_channel",\n}')).toMatchObject({ check: 'json', line: 2, hint: 'Remove that comma.' });
  });
});

describe('structure', () => {
  it.each<[string, Record<string, unknown>, Expected]>([
    ['no id', { id: undefined }, { check: 'structure', pointer: '', hint: "the same as the folder's name" }],
    ['an id in capitals', { id: 'My_Channel' }, { check: 'structure', pointer: '/id', hint: 'Lower-case letters' }],
    ['a name that is no text', { name: 5 }, { check: 'structure', pointer: '/name', hint: 'What people call the channel' }],
    [
      'a feature in the singular',
      { capabilities: ['text', 'image'] },
      { check: 'structure', pointer: '/capabilities/1', hint: 'Did you mean "images"?' },
    ],
    ['a webhook elsewhere', { webhook_url: '/hooks/x' }, { check: 'structure', pointer: '/webhook_url', hint: '/webhooks/my_channel' }],
    [
      'a webhook that climbs',
      { webhook_url: '/webhooks/../api' },
      { check: 'structure', pointer: '/webhook_url', hint: '/webhooks/my_channel' },
    ],
    [
      'a field with an unusable name',
      { configuration_schema: { BotToken: { type: 'string' } } },
      { check: 'structure', pointer: '/configuration_schema/BotToken', hint: 'lower-case letters' },
    ],
    [
      'a field that every object has',
      { configuration_schema: { constructor: { type: 'string' } } },
      { check: 'structure', pointer: '/configuration_schema/constructor', hint: 'lower-case letters' },
    ],
    [
      'a field without a type',
      { configuration_schema: { token: {} } },
      { check: 'structure', pointer: '/configuration_schema/token', hint: 'string, number, integer or boolean' },
    ],
    [
      'a pattern that is too long',
      { configuration_schema: { token: { type: 'string', pattern: 'a'.repeat(201) } } },
      { check: 'structure', pointer: '/configuration_schema/token/pattern', hint: '200' },
    ],
    [
      'an acknowledgement that does not exist',
      { webhook: { verify: { scheme: 'none' }, ack: 'slack' } },
      { check: 'structure', pointer: '/webhook/ack', hint: '"slack_interactive"' },
    ],
    [
      'a mistake inside one of two forms',
      { webhook: { verify: { scheme: 'none' }, ack: { status: 404 } } },
      { check: 'structure', pointer: '/webhook/ack/status', hint: '299' },
    ],
    [
      'timers that are refused, not left out',
      { permissions: { timers: false } },
      { check: 'structure', pointer: '/permissions/timers', hint: 'true' },
    ],
  ])('%s', async (_name, changes, expected) => {
    await expectProblem(folderWith(changes), 'error', expected);
  });

  it('a list instead of an object', async () => {
    await expectProblem({ 'manifest.json': '[]' }, 'error', { check: 'structure', pointer: '', hint: 'object' });
  });
});

const SECRET = { type: 'string', required: true, secret: true };
const fields = (more: Record<string, unknown>) => ({ configuration_schema: { ...FOLDER_MANIFEST.configuration_schema, ...more } });
const webhook = (more: Record<string, unknown>) => ({ webhook: { ...FOLDER_MANIFEST.webhook, ...more } });
const verify = (more: Record<string, unknown>) => webhook({ verify: { scheme: 'hmac', secret: 'signing_key', ...more } });
const network = (...permissions: unknown[]) => ({ permissions: { network: permissions } });
const credential = (more: Record<string, unknown>) =>
  network({ url: 'https://api.example.com', credentials: [{ secret: 'token', at: 'basic', user: 'me', ...more }] });
const CREDENTIAL = '/permissions/network/0/credentials/0';

describe('errors of meaning', () => {
  it.each<[string, Record<string, unknown>, Expected]>([
    ['an id that is not the folder', { id: 'other' }, { check: 'id', pointer: '/id', hint: '"id": "my_channel"' }],
    ['a version of two numbers', { version: '1.0' }, { check: 'version', pointer: '/version', hint: '"1.0.0"' }],
    ['a version with a v', { version: 'v1.2.3' }, { check: 'version', pointer: '/version', hint: '"1.2.3"' }],
    [
      'a newer plugin API',
      { engines: { communicationos: '^2.0.0' } },
      { check: 'engines', pointer: '/engines/communicationos', hint: 'newer version of CommunicationOS' },
    ],
    [
      'an older plugin API',
      { engines: { communicationos: '<1.0.0' } },
      { check: 'engines', pointer: '/engines/communicationos', hint: 'newer version of the plugin' },
    ],
    [
      'a range that is none',
      { engines: { communicationos: 'latest' } },
      { check: 'engines', pointer: '/engines/communicationos', hint: '^1.0.0' },
    ],
    [
      'an adapter file that does not exist',
      { adapter_class: './adaptor.ts#MyAdapter' },
      { check: 'adapter_class', pointer: '/adapter_class', hint: 'Did you mean "./adapter.ts#MyAdapter"?' },
    ],
    [
      'an adapter outside the folder',
      { adapter_class: './../other/adapter.ts#MyAdapter' },
      { check: 'adapter_class', pointer: '/adapter_class', hint: 'inside the folder' },
    ],
    [
      'an adapter by default export',
      { adapter_class: './adapter.ts#default' },
      { check: 'adapter_class', pointer: '/adapter_class', hint: './adapter.ts#MyAdapter' },
    ],
    [
      'a built-in that does not exist',
      { adapter_class: 'telegramm#TelegramAdapter' },
      { check: 'adapter_class', pointer: '/adapter_class', hint: 'telegram#TelegramAdapter' },
    ],
    ['a webhook that proves nothing', { webhook: {} }, { check: 'webhook', pointer: '/webhook_url', hint: '"verify"' }],
    [
      'a header that is none',
      webhook({ headers: ['x-id', 'a b'] }),
      { check: 'webhook', pointer: '/webhook/headers/1', hint: 'x-request-id' },
    ],
    [
      'a challenge asked by a method that is refused',
      webhook({ challenge: 'hub_challenge', methods: ['POST'] }),
      { check: 'webhook', pointer: '/webhook/methods', hint: '"GET"' },
    ],
    [
      'a scheme without its secret',
      webhook({ verify: { scheme: 'twilio' } }),
      { check: 'verify', pointer: '/webhook/verify', hint: '"secret"' },
    ],
    [
      'a verification secret that is none',
      verify({ secret: 'api_base_url' }),
      { check: 'verify', pointer: '/webhook/verify/secret', hint: '"secret": true' },
    ],
    [
      'a template without the body',
      verify({ template: '{method}' }),
      { check: 'verify', pointer: '/webhook/verify/template', hint: '{body}' },
    ],
    [
      'a time that is not signed',
      verify({ timestamp_header: 'x-time' }),
      { check: 'verify', pointer: '/webhook/verify', hint: '{timestamp}.{body}' },
    ],
    [
      'a signed time that nothing gives',
      verify({ template: '{timestamp}.{body}' }),
      { check: 'verify', pointer: '/webhook/verify/template', hint: 'timestamp_header' },
    ],
    [
      'the bearer token shown to the adapter',
      webhook({ verify: { scheme: 'bearer', secret: 'token' }, headers: ['Authorization'] }),
      { check: 'secret_headers', pointer: '/webhook/headers/0', hint: 'Leave it out' },
    ],
    [
      'the secret token kept as the event id',
      webhook({ verify: { scheme: 'telegram_secret_token', secret: 'token' }, event_id: [['header:X-Telegram-Bot-Api-Secret-Token']] }),
      { check: 'secret_headers', pointer: '/webhook/event_id/0/0', hint: 'Leave it out' },
    ],
    [
      'a part of an event id without its kind',
      webhook({ event_id: [['/a', 'MessageSid']] }),
      { check: 'event_id', pointer: '/webhook/event_id/0/1', hint: 'form:' },
    ],
    [
      'an acknowledgement with a secret in it',
      webhook({ ack: { body: '{token}', text_field: 'token' } }),
      { check: 'ack', pointer: '/webhook/ack/text_field', hint: 'no secret' },
    ],
    [
      'an acknowledgement without a place for its text',
      webhook({ ack: { body: 'ok', text_field: 'api_base_url' } }),
      { check: 'ack', pointer: '/webhook/ack/body', hint: '{api_base_url}' },
    ],
    [
      'a pattern that can look around',
      fields({ code: { type: 'string', pattern: '^(?=x)' } }),
      { check: 'fields', pointer: '/configuration_schema/code/pattern', hint: 'look-around' },
    ],
    [
      'a default of another type',
      fields({ count: { type: 'integer', default: 1.5 } }),
      { check: 'fields', pointer: '/configuration_schema/count/default', hint: 'Correct it' },
    ],
    [
      'a default outside the choice',
      fields({ mode: { type: 'string', enum: ['a', 'b'], default: 'c' } }),
      { check: 'fields', pointer: '/configuration_schema/mode/default', hint: 'Correct it' },
    ],
    [
      'a default that the pattern refuses',
      fields({ code: { type: 'string', pattern: '^\\d+$', default: 'x' } }),
      { check: 'fields', pointer: '/configuration_schema/code/default', hint: 'Correct it' },
    ],
    [
      'a secret that everyone knows',
      fields({ token: { ...SECRET, default: 'changeme' } }),
      { check: 'fields', pointer: '/configuration_schema/token/default', hint: 'Remove the default' },
    ],
    [
      'a secret that is a number',
      fields({ pin: { type: 'integer', secret: true } }),
      { check: 'fields', pointer: '/configuration_schema/pin/type', hint: '"string"' },
    ],
    [
      'bounds that nothing fits',
      fields({ count: { type: 'integer', min: 5, max: 1 } }),
      { check: 'fields', pointer: '/configuration_schema/count/min', hint: 'Exchange' },
    ],
    [
      'a choice of another type',
      fields({ mode: { type: 'string', enum: ['a', 2] } }),
      { check: 'fields', pointer: '/configuration_schema/mode/enum/1', hint: 'type' },
    ],
    [
      "a variable of the host's",
      fields({ key: { type: 'string', env: 'AGENTOS_MASTER_KEY' } }),
      { check: 'reserved_attributes', pointer: '/configuration_schema/key/env', hint: 'CHANNEL_MY_CHANNEL_KEY' },
    ],
    [
      'a secret made by the host',
      fields({ key: { ...SECRET, generate: 'token' } }),
      { check: 'reserved_attributes', pointer: '/configuration_schema/key/generate', hint: 'Remove it' },
    ],
    [
      'a wildcard origin',
      network({ url: 'https://*.example.com' }),
      { check: 'addresses', pointer: '/permissions/network/0/url', hint: 'no wildcards' },
    ],
    [
      'every address, for a channel',
      network({ url: '*' }),
      { check: 'addresses', pointer: '/permissions/network/0/url', hint: 'Name each origin' },
    ],
    [
      'an origin with a path',
      network({ url: 'https://api.example.com/v1' }),
      { check: 'addresses', pointer: '/permissions/network/0/url', hint: '"https://api.example.com"' },
    ],
    [
      'an origin with a password',
      network({ url: 'https://me:pw@api.example.com' }),
      { check: 'addresses', pointer: '/permissions/network/0/url', hint: 'https://api.example.com' },
    ],
    [
      'a file address',
      network({ url: 'file:///etc/passwd' }),
      { check: 'addresses', pointer: '/permissions/network/0/url', hint: 'https://api.example.com' },
    ],
    [
      'a reference inside a longer text',
      network({ url: 'https://{config.api_base_url}' }),
      { check: 'addresses', pointer: '/permissions/network/0/url', hint: '{config.<field>}' },
    ],
    [
      'a reference to nothing',
      network({ url: '{config.api_base_ulr}' }),
      { check: 'addresses', pointer: '/permissions/network/0/url', hint: 'Did you mean "{config.api_base_url}"?' },
    ],
    [
      'a reference to a secret',
      network({ url: '{config.token}' }),
      { check: 'addresses', pointer: '/permissions/network/0/url', hint: 'Remove "secret"' },
    ],
    [
      'a default that is no origin',
      { ...fields({ api_base_url: { type: 'string', default: 'javascript:alert(1)' } }) },
      { check: 'addresses', pointer: '/configuration_schema/api_base_url/default', hint: 'https://api.example.com' },
    ],
    [
      'a socket over http',
      { permissions: { websocket: [{ url: 'https://a.example.com' }] } },
      { check: 'addresses', pointer: '/permissions/websocket/0/url', hint: 'wss://' },
    ],
    [
      'a credential that does not exist',
      credential({ secret: 'tokn' }),
      { check: 'credentials', pointer: `${CREDENTIAL}/secret`, hint: 'Did you mean "token"?' },
    ],
    [
      'a credential that is no secret',
      credential({ secret: 'api_base_url' }),
      { check: 'credentials', pointer: `${CREDENTIAL}/secret`, hint: '"secret": true' },
    ],
    [
      'a credential in the path without its form',
      credential({ at: 'path' }),
      { check: 'credentials', pointer: CREDENTIAL, hint: '/bot{}/' },
    ],
    [
      'a credential twice in one header',
      credential({ at: 'header:authorization', form: '{} {}' }),
      { check: 'credentials', pointer: `${CREDENTIAL}/form`, hint: 'Bearer {}' },
    ],
    ['a basic credential without a user', credential({ user: undefined }), { check: 'credentials', pointer: CREDENTIAL, hint: '"user"' }],
    [
      'a user that is a secret',
      credential({ user: '{config.signing_key}' }),
      { check: 'credentials', pointer: `${CREDENTIAL}/user`, hint: 'Remove "secret"' },
    ],
    ['a credential in any body', credential({ at: 'body:/token' }), { check: 'credentials', pointer: CREDENTIAL, hint: '"path"' }],
    [
      'a key that is also sent',
      { permissions: { ...FOLDER_MANIFEST.permissions, hmac: ['token'] } },
      { check: 'hmac', pointer: '/permissions/hmac/0', hint: 'Remove it from "hmac"' },
    ],
    [
      'a key that does not exist',
      { permissions: { hmac: [{ field: 'nothing' }] } },
      { check: 'hmac', pointer: '/permissions/hmac/0', hint: 'configuration_schema' },
    ],
    [
      'a homepage that is a script',
      { homepage: 'javascript:alert(1)' },
      { check: 'links', pointer: '/homepage', hint: 'https://example.com' },
    ],
    [
      'a guide outside the folder',
      { setup_guide: '../../../README.md' },
      { check: 'setup_guide', pointer: '/setup_guide', hint: 'README.md' },
    ],
  ])('%s', async (_name, changes, expected) => {
    await expectProblem(folderWith(changes), 'error', expected);
  });
});

describe('warnings', () => {
  it.each<[string, Record<string, unknown>, Expected]>([
    [
      'a webhook section without a path',
      { webhook_url: undefined },
      { check: 'webhook', pointer: '/webhook', hint: '/webhooks/my_channel' },
    ],
    ['a guide that is not there', { setup_guide: 'SETUP.md' }, { check: 'setup_guide', pointer: '/setup_guide', hint: 'SETUP.md' }],
    ['no guide at all', { setup_guide: undefined }, { check: 'setup_guide', pointer: '', hint: 'README.md' }],
    [
      'an option that the scheme ignores',
      webhook({ verify: { scheme: 'twilio', secret: 'signing_key', header: 'x' } }),
      { check: 'verify', pointer: '/webhook/verify/header', hint: 'hmac' },
    ],
    [
      'a verification secret that may be empty',
      fields({ signing_key: { type: 'string', secret: true } }),
      { check: 'verify', pointer: '/webhook/verify/secret', hint: '"required": true' },
    ],
    [
      'credentials in the clear',
      network({ url: 'http://api.example.com', credentials: [{ secret: 'token', at: 'basic', user: 'me' }] }),
      { check: 'addresses', pointer: '/permissions/network/0/url', hint: 'https://api.example.com' },
    ],
    [
      'a kind of attachment in the plural',
      { limits: { media: { images: { max_bytes: 1 } } } },
      { check: 'features', pointer: '/limits/media/images', hint: 'Did you mean "image"?' },
    ],
  ])('%s does not keep the channel from running', async (_name, changes, expected) => {
    await expectProblem(folderWith(changes), 'warning', expected);
    const source = await scanOne(folderWith(changes));
    expect(errorsOf(source)).toEqual([]);
    expect(source.digest).not.toBeNull();
  });

  it('a feature that stands twice', async () => {
    expect(warningsOf(await scanOne(folderWith({ capabilities: ['text', 'text'] })))).toMatchObject([
      { pointer: '/capabilities/1', hint: 'Keep one of them.' },
    ]);
  });

  it('a feature that the built-in plugin lacks', async () => {
    const source = await scanOne(
      {
        'manifest.json': {
          id: 'webchat',
          name: 'Chat',
          version: '1.0.0',
          adapter_class: 'webchat#WebchatAdapter',
          capabilities: ['text', 'edit'],
        },
      },
      'webchat',
    );
    expect(warningsOf(source)).toMatchObject([{ check: 'features', pointer: '/capabilities/1' }]);
  });
});

it('errors stand before warnings, so that the first one shown is what keeps it from running', async () => {
  const source = await scanOne(folderWith({ setup_guide: undefined, version: 'x', limits: { media: { images: { max_bytes: 1 } } } }));
  expect(source.problems.map(({ severity }) => severity)).toEqual(['error', 'warning', 'warning']);
});

it('a manifest full of mistakes is told in at most fifty', async () => {
  const wrong = Object.fromEntries(Array.from({ length: 5000 }, (_, index) => [`key_${index}`, 1]));
  expect((await scanOne(folderWith(wrong))).problems).toHaveLength(50);
});

it('a manifest full of remarks is told in at most a hundred, with the error first', async () => {
  const media = Object.fromEntries(Array.from({ length: 500 }, (_, index) => [`kind_${index}`, { max_bytes: 1 }]));
  const { problems } = await scanOne(folderWith({ limits: { media }, homepage: 'none' }));
  expect(problems).toHaveLength(100);
  expect(problems[0]).toMatchObject({ severity: 'error', check: 'links' });
});

it('keys of its own under x- are left alone', async () => {
  expect((await scanOne(folderWith({ 'x-team': { owner: 'sales' } }))).problems).toEqual([]);
});
