import { describe, expect, test } from 'vitest';
import type { EgressPolicy } from '../../../host/egress/egress.ts';
import { decideTarget, parseTarget } from '../../../host/egress/target.ts';
import { closedPolicy } from './harness.ts';

const decide = (url: string, policy: Partial<EgressPolicy> = {}) => {
  const parsed = parseTarget(url);
  if (!parsed.ok) return parsed.fault.code;
  return decideTarget(parsed.value, { ...closedPolicy, ...policy })?.code ?? 'passes';
};

describe('parseTarget', () => {
  test.each([
    '',
    'example.com',
    '//example.com',
    'ftp://example.com',
    'file:///etc/passwd',
    'javascript:1',
    'ws://example.com',
    'http://',
    'https://exa mple.com',
    'http://[::1',
    'http://a..b',
  ])('refuses "%s" as INVALID_PARAMS', (url) => {
    expect(decide(url)).toBe('INVALID_PARAMS');
  });

  test.each([
    'https://user@example.com',
    'https://user:word@example.com',
    'https://:word@example.com',
    'https://api.example.com@169.254.169.254/',
  ])('refuses user information in %s', (url) => {
    expect(decide(url)).toBe('INVALID_PARAMS');
  });

  test.each(['https://example.com/a\r\nhost: evil', 'https://exa\tmple.com', 'https://example.com/\u0000', '\nhttps://example.com'])(
    'refuses control characters in %j',
    (url) => {
      expect(decide(url)).toBe('INVALID_PARAMS');
    },
  );

  test.each([
    ['http://2130706433/', '127.0.0.1'],
    ['http://0x7f000001/', '127.0.0.1'],
    ['http://0177.0.0.1/', '127.0.0.1'],
    ['http://127.1/', '127.0.0.1'],
    ['http://0/', '0.0.0.0'],
    ['http://１２７.０.０.１/', '127.0.0.1'],
    ['http://%31%32%37.0.0.1/', '127.0.0.1'],
    ['http://127.0.0.1./', '127.0.0.1'],
    ['http://[::FFFF:7F00:1]/', '::ffff:7f00:1'],
  ])('sees through the spelling of %s', (url, host) => {
    const parsed = parseTarget(url);
    expect(parsed.ok && [parsed.value.host, parsed.value.isAddress]).toEqual([host, true]);
  });
});

describe('decideTarget', () => {
  test.each([
    'http://localhost/',
    'http://LOCALHOST:8080/',
    'http://localhost./',
    'http://a.localhost/',
    'http://localhost.localdomain/',
    'http://metadata/',
    'http://redis:6379/',
  ])('refuses %s before any look-up', (url) => {
    expect(decide(url)).toBe('SSRF_BLOCKED');
  });

  test('lets a local name pass when exactly its host and port are allowed', () => {
    const policy = { allow_private: ['localhost:9999'] };
    expect(decide('http://localhost:9999/', policy)).toBe('passes');
    expect(decide('http://localhost:9998/', policy)).toBe('SSRF_BLOCKED');
    expect(decide('http://a.localhost:9999/', policy)).toBe('SSRF_BLOCKED');
  });

  test('knows the default port of an allowed private host', () => {
    expect(decide('https://localhost/', { allow_private: ['localhost:443'] })).toBe('passes');
    expect(decide('http://localhost/', { allow_private: ['localhost:443'] })).toBe('SSRF_BLOCKED');
  });

  test('matches domains by whole labels', () => {
    const policy = { allowed_domains: ['example.com'] };
    expect(decide('https://example.com/', policy)).toBe('passes');
    expect(decide('https://api.example.com./', policy)).toBe('passes');
    expect(decide('https://notexample.com/', policy)).toBe('DOMAIN_BLOCKED');
    expect(decide('https://example.com.evil.net/', policy)).toBe('DOMAIN_BLOCKED');
    expect(decide('https://93.184.216.34/', policy)).toBe('DOMAIN_BLOCKED');
  });

  test('reads *.example.com, .example.com and names in other scripts as domains', () => {
    expect(decide('https://a.example.com/', { allowed_domains: ['*.example.com'] })).toBe('passes');
    expect(decide('https://a.example.com/', { allowed_domains: ['.Example.COM.'] })).toBe('passes');
    expect(decide('https://www.bücher.example/', { blocked_domains: ['bücher.example'] })).toBe('DOMAIN_BLOCKED');
  });

  test('lets blocked domains win over allowed ones and over allowed private hosts', () => {
    expect(decide('https://a.example.com/', { allowed_domains: ['example.com'], blocked_domains: ['a.example.com'] })).toBe(
      'DOMAIN_BLOCKED',
    );
    expect(decide('http://127.0.0.1:9999/', { allow_private: ['127.0.0.1:9999'], blocked_domains: ['127.0.0.1'] })).toBe('DOMAIN_BLOCKED');
  });

  test('does not ask for an allowed domain where the operator named the private host itself', () => {
    expect(decide('http://127.0.0.1:9999/', { allow_private: ['127.0.0.1:9999'], allowed_domains: ['example.com'] })).toBe('passes');
  });
});
