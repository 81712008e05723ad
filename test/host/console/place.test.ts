import fc from 'fast-check';
import { expect, it } from 'vitest';
import { hrefOf, parsePlace } from '../../../host/console/page/place/place.ts';

it('a place is written and read as the same, whatever its parts are made of', () => {
  const part = fc.string({ minLength: 1, unit: 'binary' });
  fc.assert(
    fc.property(fc.array(part, { maxLength: 3 }), fc.dictionary(part, part, { maxKeys: 3, noNullPrototype: true }), (path, query) => {
      expect(parsePlace(hrefOf(path, query))).toEqual({ path, query });
    }),
  );
});

it.each([
  ['', { path: [], query: {} }],
  ['#', { path: [], query: {} }],
  ['#/', { path: [], query: {} }],
  ['#//channels//telegram/', { path: ['channels', 'telegram'], query: {} }],
  ['#/deliveries?state=dead', { path: ['deliveries'], query: { state: 'dead' } }],
  ['#/messages/%E0%A4%A', { path: ['messages', '%E0%A4%A'], query: {} }],
])('%j is read', (hash, place) => {
  expect(parsePlace(hash)).toEqual(place);
});

it('what is not set is not in the address', () => {
  expect(hrefOf(['audit'], { action: '', actor: null, subject: undefined })).toBe('#/audit');
});
