import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SCHEMES } from '../../../../host/ingress/verify/schemes.ts';
import { VERIFY_SCHEMES } from '../../../../schemas/manifest.ts';
import { verify } from './call-scheme.ts';

describe('every scheme', () => {
  it('of the manifest has a verification', () => expect(Object.keys(SCHEMES).sort()).toEqual([...VERIFY_SCHEMES].sort()));

  it('answers a bad proof with the status that its platform expects', () => {
    expect(Object.fromEntries(Object.entries(SCHEMES).map(([name, { refusal_status }]) => [name, refusal_status]))).toMatchObject({
      twilio: 403,
      telegram_secret_token: 401,
      slack_v0: 401,
      discord_ed25519: 401,
      standard_webhooks: 401,
    });
  });

  const proving = VERIFY_SCHEMES.filter((scheme) => SCHEMES[scheme].needs_secret);
  const HEADERS = [
    'x-telegram-bot-api-secret-token',
    'x-twilio-signature',
    'x-slack-signature',
    'x-slack-request-timestamp',
    'x-signature-ed25519',
    'x-signature-timestamp',
    'x-hub-signature-256',
    'webhook-id',
    'webhook-timestamp',
    'webhook-signature',
    'x-signature',
    'authorization',
  ];

  it.each(proving)('%s says "missing" without headers', (scheme) => expect(verify(scheme, ['s'], {})).toBe('missing'));

  it.each(proving)('%s is never right without a usable secret, and never throws, whatever the headers hold', (scheme) => {
    const value = fc.oneof(
      fc.string(),
      fc.constantFrom('0', '00', 'v1,', 'v1a,AAAA', 'v0=', 'sha256=', 'Bearer ', '\ud800', 'é'.repeat(64), '0'.repeat(128)),
    );
    const headers = fc.record(Object.fromEntries(HEADERS.map((name) => [name, value])));
    fc.assert(
      fc.property(headers, fc.constantFrom<string[]>([], [''], ['', '']), (given, secrets) => {
        expect(verify(scheme, secrets, { headers: given, body: '{}' })).not.toBe(true);
      }),
    );
  });

  it.each(proving)('%s never throws on a secret that is not of its kind', (scheme) => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), (secret) => {
        const headers = Object.fromEntries(HEADERS.map((name) => [name, name.includes('timestamp') ? '0' : 'v1,AAAA']));
        if (secret !== 'v1,AAAA') expect(verify(scheme, [secret], { headers, body: '{}' })).not.toBe(true);
      }),
    );
  });
});

it('none takes everything: whoever grants it says so', () => expect(verify('none', [], {})).toBe(true));
