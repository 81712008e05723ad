import { createCipheriv } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createSeal, keyId } from '../../../host/secrets/seal.ts';

const KEY = Buffer.alloc(32, 1);
const PLACE = { table: 'messages', row: '01J', column: 'content' };

/** Any text that has a UTF-8 form: no half of a surrogate pair. */
const text = fc.string({ unit: 'binary' });

describe('a sealed value', () => {
  const seal = createSeal(KEY);

  it('opens to the text it was made of, whatever that is, at its place', () => {
    fc.assert(
      fc.property(text, fc.record({ table: fc.string(), row: fc.string(), column: fc.string() }), (value, place) => {
        expect(seal.open(seal.seal(value, place), place)).toBe(value);
      }),
    );
  });

  it('has the form v1.<key id>.<base64url> and shows nothing of the text', () => {
    const sealed = seal.seal('the secret word', PLACE);
    expect(sealed).toMatch(new RegExp(`^v1\\.${keyId(KEY)}\\.[A-Za-z0-9_-]+$`));
    expect(Buffer.from(sealed.split('.')[2] as string, 'base64url').toString('latin1')).not.toContain('secret');
  });

  it('is another one each time: no nonce comes twice, also past the pool they are drawn from', () => {
    const nonces = Array.from({ length: 1000 }, () =>
      Buffer.from(seal.seal('same', PLACE).split('.')[2] as string, 'base64url')
        .subarray(0, 12)
        .toString('hex'),
    );
    expect(new Set(nonces).size).toBe(1000);
  });

  it.each([
    ['table', { ...PLACE, table: 'events' }],
    ['row', { ...PLACE, row: '01K' }],
    ['column', { ...PLACE, column: 'error' }],
  ])('does not open in another %s', (_what, place) => {
    expect(() => seal.open(seal.seal('text', PLACE), place)).toThrow();
  });

  it('does not open with another key', () => {
    expect(() => createSeal(Buffer.alloc(32, 2)).open(seal.seal('text', PLACE), PLACE)).toThrow('another key');
  });

  it('does not open with another key that claims to be this one', () => {
    const foreign = createSeal(Buffer.alloc(32, 2)).seal('text', PLACE);
    const renamed = foreign.replace(keyId(Buffer.alloc(32, 2)), keyId(KEY));
    expect(() => seal.open(renamed, PLACE)).toThrow();
  });

  it('does not open when any character of it was changed, added or taken away', () => {
    const characters = [...'ABCabc019-_=+/ !.\n'];
    fc.assert(
      fc.property(text, fc.nat(), fc.constantFrom(...characters, ''), fc.boolean(), (value, position, character, insert) => {
        const sealed = seal.seal(value, PLACE);
        const at = position % (sealed.length + 1);
        const changed = sealed.slice(0, at) + character + sealed.slice(insert ? at : at + 1);
        fc.pre(changed !== sealed);
        expect(() => seal.open(changed, PLACE)).toThrow();
      }),
      { numRuns: 500 },
    );
  });

  it('does not open with a tag of four bytes, which GCM itself would take', () => {
    const nonce = Buffer.alloc(12, 3);
    const cipher = createCipheriv('aes-256-gcm', KEY, nonce, { authTagLength: 4 }).setAAD(Buffer.from('messages\n01J\ncontent'));
    const body = Buffer.concat([cipher.update('', 'utf8'), cipher.final()]);
    for (const bytes of [Buffer.concat([nonce, body, cipher.getAuthTag()]), nonce, Buffer.alloc(0), Buffer.alloc(27)]) {
      expect(() => seal.open(`v1.${seal.key_id}.${bytes.toString('base64url')}`, PLACE)).toThrow('damaged');
    }
  });
});
