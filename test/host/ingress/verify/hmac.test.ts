import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { verify } from './call-scheme.ts';

describe('hmac', () => {
  const digest = (text: string, algorithm = 'sha256', encoding: 'hex' | 'base64' = 'hex') =>
    createHmac(algorithm, 'key').update(text).digest(encoding);

  it('takes the body alone by default', () => {
    expect(verify('hmac', ['key'], { headers: { 'x-signature': digest('{}') }, body: '{}' })).toBe(true);
    expect(verify('hmac', ['key'], { headers: { 'x-signature': digest('{}').toUpperCase() }, body: '{}' })).toBe(true);
    expect(verify('hmac', ['key'], { headers: { 'x-signature': digest('{}') }, body: '{ }' })).toBe(false);
  });

  const options = {
    header: 'X-Mine',
    algorithm: 'sha512',
    encoding: 'base64',
    prefix: 'mac=',
    template: '{method} {url} {timestamp}.{body}',
    timestamp_header: 'X-Time',
    tolerance_seconds: 10,
  } as const;
  const mine = (timestamp: string, prefix = 'mac=') => ({
    headers: { 'x-time': timestamp, 'x-mine': prefix + digest(`POST https://a.example/x ${timestamp}.{}`, 'sha512', 'base64') },
    body: '{}',
    now: 1_000_000,
  });

  it('follows the manifest in header, algorithm, encoding, prefix, template and time', () => {
    expect(verify('hmac', ['key'], mine('1000'), options)).toBe(true);
    expect(verify('hmac', ['key'], mine('1011'), options)).toBe(false);
    expect(verify('hmac', ['key'], mine('1000', ''), options)).toBe(false);
    expect(verify('hmac', ['key'], { ...mine('1000'), headers: { 'x-mine': mine('1000').headers['x-mine'] } }, options)).toBe('missing');
  });

  it('takes bytes that are no UTF-8 as they are', () => {
    const body = Buffer.from([0xff, 0xfe, 0x00]);
    const signature = createHmac('sha256', 'key').update(body).digest('hex');
    expect(verify('hmac', ['key'], { headers: { 'x-signature': signature }, body })).toBe(true);
  });

  it('replaces nothing inside what was put in', () => {
    const timestampless = verify('hmac', ['key'], { headers: { 'x-signature': digest('{url}') }, body: '{url}' });
    expect(timestampless).toBe(true);
  });

  it('refuses a template that leaves the body out', () => {
    expect(verify('hmac', ['key'], { headers: { 'x-signature': digest('fixed') }, body: '{}' }, { template: 'fixed' })).toBe(false);
  });
});
