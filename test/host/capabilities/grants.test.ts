import { describe, expect, test } from 'vitest';
import { resolveGrants } from '../../../host/capabilities/grants.ts';
import type { Credential } from '../../../schemas/manifest.ts';

const resolve = (url: string, values: Record<string, string> = {}, credentials: Credential[] = []) =>
  resolveGrants([{ url, credentials }], values);

describe('resolveGrants', () => {
  test('takes an origin, with all methods and 1 MiB where nothing else is said', () => {
    expect(resolve('https://API.example.com')).toEqual({
      ok: true,
      grants: [
        {
          origin: 'https://api.example.com',
          base_path: '',
          methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
          credentials: [],
          max_response_bytes: 1_048_576,
        },
      ],
    });
  });

  test('takes a reference to a field that holds an origin with a base path', () => {
    const resolved = resolve('{config.api_base_url}', { api_base_url: 'http://127.0.0.1:9999/telegram/' });
    expect(resolved.ok && resolved.grants[0]).toMatchObject({ origin: 'http://127.0.0.1:9999', base_path: '/telegram' });
  });

  test.each([[{}], [{ api_base_url: '' }]])('grants nothing for a reference without a value: %j', (values: Record<string, string>) => {
    expect(resolve('{config.api_base_url}', values)).toEqual({ ok: true, grants: [] });
    expect(resolve('{config.constructor}', values)).toEqual({ ok: true, grants: [] });
  });

  test.each([
    'example.com',
    '*',
    'https://*.example.com',
    'ftp://example.com',
    'https://u:p@example.com',
    'https://example.com?x=1',
    'https://example.com/{config.a}',
    'x{config.api_base_url}',
  ])('says what is wrong with %s', (url) => {
    const resolved = resolve(url, { api_base_url: 'https://example.com' });
    expect(resolved).toMatchObject({ ok: false, problems: [{ pointer: '/permissions/network/0/url' }] });
  });

  test('says what is wrong with a configured value without repeating it', () => {
    const resolved = resolve('{config.api_base_url}', { api_base_url: 'https://user:word@example.com' });
    expect(JSON.stringify(resolved)).not.toContain('word');
    expect(resolved.ok).toBe(false);
  });

  test('takes every kind of credential apart', () => {
    const resolved = resolve('https://example.com', { sid: 'AC1' }, [
      { secret: 'a', at: 'header:Authorization', form: 'Bearer {}' },
      { secret: 'b', at: 'header:X-Key' },
      { secret: 'c', at: 'path', form: '/bot{}/' },
      { secret: 'd', at: 'body:/a~1b/c', path: '/x' },
      { secret: 'e', at: 'body:token', path: '/bot{}/y' },
    ]);
    expect(resolved.ok && resolved.grants[0]?.credentials).toEqual([
      { kind: 'header', field: 'a', name: 'authorization', before: 'Bearer ', after: '' },
      { kind: 'header', field: 'b', name: 'x-key', before: '', after: '' },
      { kind: 'path', field: 'c', before: '/bot', after: '/' },
      { kind: 'body', field: 'd', pointer: ['a/b', 'c'], form_field: null, path: '/x' },
      { kind: 'body', field: 'e', pointer: null, form_field: 'token', path: '/bot{}/y' },
    ]);
    const basic = resolve('https://example.com', { sid: 'AC1' }, [{ secret: 'a', at: 'basic', user: '{config.sid}' }]);
    expect(basic.ok && basic.grants[0]?.credentials).toEqual([{ kind: 'basic', field: 'a', user: 'AC1' }]);
  });

  test.each<[string, Credential[]]>([
    ['a header that frames the message', [{ secret: 'a', at: 'header:Host' }]],
    ['a cookie', [{ secret: 'a', at: 'header:cookie' }]],
    ['a form without a place for the secret', [{ secret: 'a', at: 'header:x-key', form: 'Bearer' }]],
    ['a form with two places', [{ secret: 'a', at: 'header:x-key', form: '{}{}' }]],
    ['basic without a user', [{ secret: 'a', at: 'basic' }]],
    ['basic with a user that has no value', [{ secret: 'a', at: 'basic', user: '{config.none}' }]],
    ['basic with a colon in the user', [{ secret: 'a', at: 'basic', user: 'a:b' }]],
    ['a path without a form', [{ secret: 'a', at: 'path' }]],
    ['a path form that climbs out', [{ secret: 'a', at: 'path', form: 'x{}/' }]],
    ['a path form with a query', [{ secret: 'a', at: 'path', form: '/?t={}' }]],
    ['a body without a path', [{ secret: 'a', at: 'body:token' }]],
    [
      'two credentials in one header',
      [
        { secret: 'a', at: 'header:Authorization' },
        { secret: 'b', at: 'basic', user: 'u' },
      ],
    ],
  ])('refuses %s', (_what, credentials) => {
    const resolved = resolve('https://example.com', {}, credentials);
    expect(resolved).toMatchObject({
      ok: false,
      problems: [{ pointer: expect.stringMatching(/^\/permissions\/network\/0\/credentials\/\d$/) }],
    });
  });
});

describe('every address', () => {
  const all = { mayNameAll: true };

  test('is for reading where no method is named, and stands behind every origin', () => {
    const resolved = resolveGrants([{ url: '*' }, { url: 'https://a.example', max_response_bytes: 5 }], {}, all);
    expect(resolved).toMatchObject({
      ok: true,
      grants: [{ origin: 'https://a.example' }, { origin: '*', methods: ['GET', 'HEAD'], credentials: [] }],
    });
  });

  test('takes no secret, and is never what a value of the configuration says', () => {
    const credentials: Credential[] = [{ secret: 'key', at: 'header:authorization' }];
    expect(resolveGrants([{ url: '*', credentials }], {}, all)).toMatchObject({
      ok: false,
      problems: [{ pointer: '/permissions/network/0/credentials' }],
    });
    expect(resolveGrants([{ url: '{config.url}' }], { url: '*' }, all)).toMatchObject({ ok: false });
  });
});
