import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { createPlaceholders } from '../../../host/capabilities/placeholders.ts';

describe('a placeholder', () => {
  test('is random, holds nothing of the secret, and exists only for fields with a value', () => {
    const secrets = { token: '123456:ABCdef', other: '123456:ABCdef', empty: '', none: undefined };
    const first = createPlaceholders(secrets, randomBytes);
    const second = createPlaceholders(secrets, randomBytes);
    expect([...first.byField.keys()]).toEqual(['token', 'other']);
    expect(first.byField.get('token')).toMatch(/^secret_[0-9a-f]{32}$/);
    expect(new Set([...first.byField.values(), ...second.byField.values()]).size).toBe(4);
    expect(first.valueOf('token')).toBe('123456:ABCdef');
    expect(first.valueOf('constructor')).toBeUndefined();
  });

  test('is found in every spelling that a receiver would undo', () => {
    const placeholders = createPlaceholders({ token: 'the secret' }, () => new Uint8Array(16).fill(0xab));
    const word = placeholders.byField.get('token') ?? '';
    const percent = [...word].map((char) => `%${char.charCodeAt(0).toString(16)}`).join('');
    const json = [...word].map((char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`).join('');
    const spellings = [
      word,
      `before${word}after`,
      word.toUpperCase(),
      word.replace('secret_', ''),
      percent,
      encodeURIComponent(percent),
      encodeURIComponent(encodeURIComponent(percent)),
      json,
      JSON.stringify(json),
      JSON.stringify({ deep: JSON.stringify({ text: word }) }),
      word.replace('b', '%62'),
      word.replace('b', '\\u0062'),
    ];
    for (const text of spellings) expect(placeholders.find(text), text).toBe('token');
  });

  test('is not found where there is none', () => {
    const placeholders = createPlaceholders({ token: 'the secret' }, randomBytes);
    for (const text of ['', 'secret_', `secret_${'0'.repeat(32)}`, 'the secret', '%', '%zz\\u12', '100 %25'])
      expect(placeholders.find(text)).toBeNull();
    expect(createPlaceholders({}, randomBytes).find('secret_')).toBeNull();
  });
});
