import { describe, expect, it } from 'vitest';
import { verify } from './call-scheme.ts';

describe('bearer', () => {
  it('takes the token, with the word in any case', () => {
    for (const value of ['Bearer t0ken', 'bearer t0ken', 'BEARER  t0ken'])
      expect(verify('bearer', ['t0ken'], { headers: { authorization: value } })).toBe(true);
    for (const value of ['t0ken', 'Bearer', 'Bearer ', 'Bearer t0ken2', 'Basic t0ken']) {
      expect(verify('bearer', ['t0ken'], { headers: { authorization: value } })).toBe(false);
    }
  });

  it('takes a header of the manifest, with its prefix exactly', () => {
    expect(verify('bearer', ['t0ken'], { headers: { 'x-api-key': 't0ken' } }, { header: 'X-Api-Key' })).toBe(true);
    expect(verify('bearer', ['t0ken'], { headers: { 'x-api-key': 'key=t0ken' } }, { header: 'X-Api-Key', prefix: 'key=' })).toBe(true);
    expect(verify('bearer', ['t0ken'], { headers: { 'x-api-key': 'KEY=t0ken' } }, { header: 'X-Api-Key', prefix: 'key=' })).toBe(false);
  });
});
