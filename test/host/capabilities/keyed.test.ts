import { createHmac, createPublicKey, generateKeyPairSync, randomBytes, verify } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createGrantedKeys } from '../../../host/capabilities/granted-key.ts';
import { createHmacCapability } from '../../../host/capabilities/hmac.ts';
import { createPlaceholders } from '../../../host/capabilities/placeholders.ts';
import { createSignCapability } from '../../../host/capabilities/sign.ts';
import type { CapabilityHandler, Json } from '../../../host/sandbox/confined.ts';
import { adapterWith, useSandbox } from '../sandbox/fixture.ts';

const { start } = useSandbox();
const NOBODY = { call_id: null };
const pem = (pair: { privateKey: { export(options: { type: 'pkcs8'; format: 'pem' }): string | Buffer } }) =>
  String(pair.privateKey.export({ type: 'pkcs8', format: 'pem' }));

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const ed = generateKeyPairSync('ed25519');
const SECRETS = {
  shared: 'what both sides know',
  azure: Buffer.from('sixteen byte key').toString('base64'),
  hex_key: 'ABCD',
  token: 'a credential of requests',
  other: 'a secret that was not granted',
  rsa_key: pem(rsa),
  ec_key: pem(ec).replaceAll('\n', '\\n'),
  ed_key: pem(ed),
  weak_key: pem(generateKeyPairSync('rsa', { modulusLength: 1024 })),
  p384_key: pem(generateKeyPairSync('ec', { namedCurve: 'P-384' })),
};
const FIELDS = ['shared', 'azure', 'hex_key', 'token', 'empty', 'rsa_key', 'ec_key', 'ed_key', 'weak_key', 'p384_key'];

const open = () => {
  const placeholders = createPlaceholders(SECRETS, randomBytes);
  const keys = createGrantedKeys({ fields: FIELDS, credentials: new Set(['token']), placeholders });
  return { placeholders, hmac: createHmacCapability(keys), sign: createSignCapability(keys) };
};
const refusal = (handler: CapabilityHandler, args: Json): Promise<{ code: string; message: string }> =>
  handler(args, NOBODY).then(
    () => Promise.reject(new Error('was not refused')),
    (error) => error,
  );
const ask = { field: 'shared', algorithm: 'sha256', data: 'grüße' };

describe('hmac', () => {
  it('computes with the secret of a field, by its name or its placeholder', async () => {
    const { hmac, placeholders } = open();
    for (const algorithm of ['sha1', 'sha256', 'sha512']) {
      for (const encoding of ['hex', 'base64', 'base64url'] as const) {
        const expected = createHmac(algorithm, SECRETS.shared).update('grüße').digest(encoding);
        expect(await hmac({ ...ask, algorithm, encoding }, NOBODY)).toBe(expected);
        expect(await hmac({ ...ask, algorithm, encoding, field: placeholders.byField.get('shared') as string }, NOBODY)).toBe(expected);
      }
    }
    expect(await hmac(ask, NOBODY)).toMatch(/^[0-9a-f]{64}$/);
  });

  it('takes keys that are written in base64 or hex', async () => {
    const { hmac } = open();
    expect(await hmac({ ...ask, field: 'azure', key_encoding: 'base64' }, NOBODY)).toBe(
      createHmac('sha256', 'sixteen byte key').update('grüße').digest('hex'),
    );
    expect(await hmac({ ...ask, field: 'hex_key', key_encoding: 'hex' }, NOBODY)).toBe(
      createHmac('sha256', Buffer.from('abcd', 'hex')).update('grüße').digest('hex'),
    );
    const refused = await refusal(hmac, { ...ask, key_encoding: 'hex' });
    expect(refused).toMatchObject({ code: 'KEY_INVALID', message: expect.stringContaining('config.shared') });
    expect(refused.message).not.toContain(SECRETS.shared);
  });

  it('derives the keys of AWS Signature Version 4 without showing one', async () => {
    const { hmac } = open();
    const names: Json[] = [];
    let field: Json = 'shared';
    for (const [index, data] of ['20260101', 'eu-central-1', 's3', 'aws4_request'].entries()) {
      field = await hmac({ field, algorithm: 'sha256', data, encoding: 'opaque', ...(index === 0 ? { key_prefix: 'AWS4' } : {}) }, NOBODY);
      names.push(field);
    }
    const mac = (key: string | Buffer, data: string) => createHmac('sha256', key).update(data).digest();
    const key = ['eu-central-1', 's3', 'aws4_request'].reduce(mac, mac(`AWS4${SECRETS.shared}`, '20260101'));
    expect(await hmac({ field, algorithm: 'sha256', data: 'to sign' }, NOBODY)).toBe(mac(key, 'to sign').toString('hex'));
    expect(names.join()).not.toContain(key.toString('hex'));
    expect(await refusal(hmac, { field, algorithm: 'sha256', data: '', key_prefix: 'x' })).toMatchObject({ code: 'INVALID_PARAMS' });
    expect(await refusal(open().hmac, { field, algorithm: 'sha256', data: '' })).toMatchObject({ code: 'HMAC_NOT_GRANTED' });
  });

  it('keeps the newest 256 derived keys', async () => {
    const { hmac } = open();
    const derive = () => hmac({ ...ask, encoding: 'opaque' }, NOBODY);
    const first = await derive();
    for (let n = 0; n < 255; n++) await derive();
    expect(await hmac({ ...ask, field: first }, NOBODY)).toMatch(/^[0-9a-f]+$/);
    await derive();
    expect(await refusal(hmac, { ...ask, field: first })).toMatchObject({ code: 'HMAC_NOT_GRANTED' });
  });

  it('is for granted fields only, and never for a credential', async () => {
    const { hmac, sign, placeholders } = open();
    for (const field of [
      'other',
      'token',
      'nothing',
      '__proto__',
      'toString',
      placeholders.byField.get('token'),
      placeholders.byField.get('other'),
      SECRETS.shared,
    ]) {
      const refused = await refusal(hmac, { ...ask, field: field as string });
      expect(refused.code).toBe('HMAC_NOT_GRANTED');
      expect(refused.message).not.toContain(SECRETS.shared);
      expect(await refusal(sign, { field: field as string, algorithm: 'RS256', data: '' })).toMatchObject({ code: 'HMAC_NOT_GRANTED' });
    }
    expect(await refusal(hmac, { ...ask, field: 'empty' })).toMatchObject({
      code: 'KEY_INVALID',
      message: expect.stringContaining('config.empty'),
    });
  });

  it.each([
    [null],
    [{}],
    [{ ...ask, field: 7 }],
    [{ ...ask, algorithm: 'md5' }],
    [{ ...ask, encoding: 'latin1' }],
    [{ ...ask, data: ['a'] }],
    [{ ...ask, data: 'x'.repeat(262_145) }],
    [{ ...ask, key_prefix: 'x'.repeat(65) }],
    [{ ...ask, key: 'mine' }],
  ])('refuses a request that is none: %#', async (args) => {
    expect(await refusal(open().hmac, args as Json)).toMatchObject({ name: 'CapabilityError', code: 'INVALID_PARAMS' });
  });
});

describe('sign', () => {
  it.each([
    ['RS256', 'rsa_key', rsa],
    ['ES256', 'ec_key', ec],
    ['EdDSA', 'ed_key', ed],
  ] as const)('makes %s signatures that the public key verifies', async (algorithm, field, pair) => {
    const { sign } = open();
    const signature = Buffer.from((await sign({ field, algorithm, data: 'header.päyload' }, NOBODY)) as string, 'base64url');
    const key = createPublicKey(pair.publicKey.export({ type: 'spki', format: 'pem' }));
    const how = algorithm === 'ES256' ? ({ key, dsaEncoding: 'ieee-p1363' } as const) : key;
    expect(verify(algorithm === 'EdDSA' ? null : 'sha256', Buffer.from('header.päyload'), how, signature)).toBe(true);
    if (algorithm === 'ES256') expect(signature).toHaveLength(64);
  });

  it.each([
    ['RS256', 'ec_key', 'RSA'],
    ['RS256', 'weak_key', '2048'],
    ['RS256', 'shared', 'PEM'],
    ['ES256', 'rsa_key', 'P-256'],
    ['ES256', 'p384_key', 'P-256'],
    ['EdDSA', 'ec_key', 'Ed25519'],
  ])('says what %s needs when %s holds another key, without the key', async (algorithm, field, said) => {
    const refused = await refusal(open().sign, { field, algorithm, data: 'x' });
    expect(refused).toMatchObject({ code: 'KEY_INVALID', message: expect.stringContaining(said) });
    expect(refused.message).toContain(`config.${field}`);
    expect(refused.message).not.toMatch(/BEGIN|what both/);
  });

  it('refuses algorithms that are not listed, and too much data', async () => {
    const { sign } = open();
    for (const args of [
      { field: 'rsa_key', algorithm: 'none', data: '' },
      { field: 'rsa_key', algorithm: 'HS256', data: '' },
      { field: 'rsa_key', algorithm: 'RS256', data: 'x'.repeat(262_145) },
    ]) {
      expect(await refusal(sign, args)).toMatchObject({ code: 'INVALID_PARAMS' });
    }
  });
});

describe('the crypto of a context', () => {
  const value = async (body: string, granted: string[]) => {
    const { hmac, sign } = open();
    using plugin = await start(adapterWith(body), { granted, handlers: { hmac, sign, emit: async () => null } });
    const result = await plugin.adapter.call('receive', [null]);
    return result.ok ? result.value : result.message;
  };

  it('has hmac and sign with the grant, and not without', async () => {
    expect(await value('return Object.keys(context.crypto).sort();', [])).toEqual(['hash', 'random', 'uuid']);
    expect(await value('return [Object.keys(context.crypto).sort(), "hmac" in context];', ['hmac', 'sign'])).toEqual([
      ['hash', 'hmac', 'random', 'sign', 'uuid'],
      false,
    ]);
  });

  it('answers across the bridge', async () => {
    const body = `const c = context.crypto; return [await c.hmac({ field: 'shared', algorithm: 'sha256', data: 'x' }),
      await c.hmac({ field: 'other', algorithm: 'sha256', data: 'x' }).catch((e) => e.code), (await c.sign({ field: 'ed_key', algorithm: 'EdDSA', data: 'x' })).length];`;
    expect(await value(body, ['hmac', 'sign'])).toEqual([
      createHmac('sha256', SECRETS.shared).update('x').digest('hex'),
      'HMAC_NOT_GRANTED',
      86,
    ]);
  });
});
