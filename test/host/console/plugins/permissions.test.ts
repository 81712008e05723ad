import { describe, expect, it } from 'vitest';
import type { Plugin } from '../../../../host/console/page/views/plugins/kinds.ts';
import { permissionWords, reachFields, seenValue, sizeOf } from '../../../../host/console/page/views/plugins/permissions.ts';

type Given = Pick<Plugin, 'permissions' | 'config' | 'configuration_schema'>;
const wordsOf = (permissions: unknown, more: Partial<Given> = {}) =>
  permissionWords({ permissions, config: {}, configuration_schema: {}, ...more });

describe('permissions in words', () => {
  it('tell where requests go, how, and which secrets go along', () => {
    const network = [
      {
        url: 'https://api.example.com',
        methods: ['GET', 'POST'],
        credentials: [
          { secret: 'token', at: 'header:authorization', form: 'Bearer {}' },
          { secret: 'token', at: 'path', form: '/bot{}/' },
          { secret: 'word', at: 'basic', user: '{config.account}' },
          { secret: 'hook', at: 'body:/secret_token', path: '/setWebhook' },
        ],
        max_response_bytes: 10_485_760,
        reason: 'Speaks with the service.',
      },
    ];
    const config = { account: { value: 'AC1', source: 'file', secret: false } };
    expect(wordsOf({ network }, { config })).toEqual([
      {
        what: 'Requests to https://api.example.com',
        reason: 'Speaks with the service.',
        details: [
          'GET, POST.',
          'The host puts the secret token in the header authorization as Bearer {}.',
          'The host puts the secret token in the address as /bot{}/.',
          'The host puts the secret word as the password of what the field account says (AC1).',
          'The host puts the secret hook in the body at /secret_token, of requests to /setWebhook.',
          'Answers of at most 10 MiB.',
        ],
      },
    ]);
  });

  it('say when everything is asked for', () => {
    expect(wordsOf({ network: [{ url: '*' }, { url: 'https://a.example' }] })).toMatchObject([
      { what: 'Requests to every public http and https address', reason: null, details: ['GET, HEAD.', 'No secret goes there.'] },
      { what: 'Requests to https://a.example', details: ['Any method.', 'No secret goes there.'] },
    ]);
  });

  it('tell the other powers', () => {
    const asked = {
      websocket: [{ url: 'wss://a.example', reason: 'Listens.' }],
      hmac: ['key', { field: 'other', reason: 'Signs.' }],
      storage: { max_bytes: 2048, reason: 'Keeps.' },
      timers: true,
      mail: ['send'],
    };
    expect(wordsOf(asked).map(({ what, reason }) => [what, reason])).toEqual([
      ['A WebSocket to wss://a.example', 'Listens.'],
      ['Signatures with the secret key', null],
      ['Signatures with the secret other', 'Signs.'],
      ['A store of its own', 'Keeps.'],
      ['Timers', null],
      ['Sending mail', null],
    ]);
    expect(wordsOf({})).toEqual([]);
  });
});

it('an address that a field holds is told as far as it may be shown', () => {
  const network = [{ url: '{config.base}' }];
  const configuration_schema = { base: { type: 'string' as const, default: 'https://standard.example' } };
  const whatOf = (base: object | null) =>
    wordsOf({ network }, { configuration_schema, config: (base === null ? {} : { base }) as Given['config'] })[0]?.what;
  expect(whatOf(null)).toBe('Requests to what the field base says');
  expect(whatOf({ value: 'https://own.example', source: 'stored', secret: false })).toBe(
    'Requests to what the field base says (https://own.example)',
  );
  expect(whatOf({ value: '********', source: 'stored', secret: false })).toBe('Requests to what the field base says');
  expect(whatOf({ value: '********', source: 'default', secret: false })).toBe(
    'Requests to what the field base says (https://standard.example)',
  );
});

it('a secret is never a value to be seen', () => {
  const config = { key: { value: 'x', source: 'stored', secret: false } };
  expect(seenValue({ config, configuration_schema: { key: { type: 'string', secret: true } } }, 'key')).toBeNull();
  expect(seenValue({ config, configuration_schema: {} }, 'constructor')).toBeNull();
});

it('fields that say where a power reaches are those that a permission refers to, whole', () => {
  const network = [{ url: '{config.base}', credentials: [{ user: '{config.user}' }] }, { url: 'https://{config.part}.example' }];
  expect([...reachFields({ network, websocket: [{ url: '{config.socket}' }] })]).toEqual(['base', 'user', 'socket']);
});

it('sizes have units', () => {
  expect([512, 2048, 1_500_000].map(sizeOf)).toEqual(['512 bytes', '2 KiB', '1.4 MiB']);
});
