import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { verify } from './call-scheme.ts';

describe('hub_sha256', () => {
  const hello = '757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17';

  it('takes the published requests', () => {
    expect(
      verify('hub_sha256', ["It's a Secret to Everybody"], {
        headers: { 'x-hub-signature-256': `sha256=${hello}` },
        body: 'Hello, World!',
      }),
    ).toBe(true);
    const other = 'sha256=0329a06b62cd16b33eb6792be8c60b158d89a2ee3a876fce9a881ebb488c0914';
    expect(verify('hub_sha256', ['secret'], { headers: { 'x-hub-signature-256': other }, body: 'test' })).toBe(true);
  });

  it('does not take the older SHA-1 header instead', () => {
    const sha1 = createHmac('sha1', 'secret').update('test').digest('hex');
    expect(verify('hub_sha256', ['secret'], { headers: { 'x-hub-signature': `sha1=${sha1}` }, body: 'test' })).toBe('missing');
  });

  it('signs the bytes, so that a body written anew is refused', () => {
    const raw = '{"a":"\\u00e4"}';
    const signature = `sha256=${createHmac('sha256', 's').update(raw).digest('hex')}`;
    expect(verify('hub_sha256', ['s'], { headers: { 'x-hub-signature-256': signature }, body: raw })).toBe(true);
    expect(verify('hub_sha256', ['s'], { headers: { 'x-hub-signature-256': signature }, body: JSON.stringify(JSON.parse(raw)) })).toBe(
      false,
    );
  });
});
