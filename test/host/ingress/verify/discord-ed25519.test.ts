import { generateKeyPairSync, sign } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { verify } from './call-scheme.ts';

describe('discord_ed25519', () => {
  // RFC 8032 §7.1, test 2: the message is the one byte 0x72, here the timestamp, with an empty body.
  const KEY = '3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c';
  const SIGNATURE =
    '92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00';
  const request = (signature: string, timestamp = 'r', body = '') => ({
    headers: { 'x-signature-ed25519': signature, 'x-signature-timestamp': timestamp },
    body,
  });

  it('takes the published signature', () => expect(verify('discord_ed25519', [KEY], request(SIGNATURE))).toBe(true));

  it('refuses another body, timestamp, key or length', () => {
    expect(verify('discord_ed25519', [KEY], request(SIGNATURE, 'r', ' '))).toBe(false);
    expect(verify('discord_ed25519', [KEY], request(SIGNATURE, 's'))).toBe(false);
    expect(verify('discord_ed25519', [KEY.replace('3d', '3c')], request(SIGNATURE))).toBe(false);
    expect(verify('discord_ed25519', [KEY], request(SIGNATURE.slice(2)))).toBe(false);
    expect(verify('discord_ed25519', [KEY], request(`${SIGNATURE}00`))).toBe(false);
    expect(verify('discord_ed25519', [KEY.slice(2)], request(SIGNATURE))).toBe(false);
  });

  it('holds to a tolerance when the manifest sets one', () => {
    const { publicKey, privateKey } = generateKeyPairSync('ed25519');
    const key = publicKey.export({ format: 'der', type: 'spki' }).subarray(12).toString('hex');
    const signature = sign(null, Buffer.from('1000{}'), privateKey).toString('hex');
    const at = (seconds: number, options = {}) =>
      verify('discord_ed25519', [key], { ...request(signature, '1000', '{}'), now: seconds * 1000 }, options);
    expect([at(9999), at(1060, { tolerance_seconds: 60 }), at(1061, { tolerance_seconds: 60 })]).toEqual([true, true, false]);
  });
});
