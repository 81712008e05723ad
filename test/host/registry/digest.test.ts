import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { canonical } from '../../../host/lib/canonical.ts';
import { digestOf } from '../../../host/registry/digest.ts';
import type { Manifest } from '../../../schemas/manifest.ts';

const MANIFEST: Manifest = { id: 'ab', name: 'A', version: '1.0.0', adapter_class: './a.ts#A' };

it('is the SHA-256 of length, code and sorted manifest, so that others can compute it', () => {
  const sorted = '{"adapter_class":"./a.ts#A","id":"ab","name":"A","version":"1.0.0"}';
  const expected = createHash('sha256').update(`6\nlet é${sorted}`).digest('base64url');
  expect(digestOf('let é', MANIFEST)).toBe(`sha256-${expected}`);
});

it('lets no text move from the code into the manifest', () => {
  const text = canonical(MANIFEST);
  expect(digestOf(`x${text}`, MANIFEST)).not.toBe(digestOf('x', MANIFEST));
  expect(digestOf('', MANIFEST)).not.toBe(digestOf(text, {} as Manifest));
});

it('canonical text is JSON of the same value, and equal for equal values in any order of keys', () => {
  const reversed = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(reversed);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(
      Object.entries(value)
        .reverse()
        .map(([key, item]) => [key, reversed(item)]),
    );
  };
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const plain = JSON.parse(JSON.stringify(value)) as unknown;
      expect(JSON.parse(canonical(plain))).toEqual(plain);
      expect(canonical(reversed(plain))).toBe(canonical(plain));
    }),
  );
});
