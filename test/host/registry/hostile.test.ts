/** Manifests that are made to stop the host: each is small enough to be read, and was once slow enough to hold every other channel. */
import { describe, expect, it } from 'vitest';
import { errorsOf, FOLDER_MANIFEST, folderWith, scanOne } from './fixture.ts';

const field = (more: Record<string, unknown>) => ({
  configuration_schema: { ...FOLDER_MANIFEST.configuration_schema, field: { type: 'string', ...more } },
});

/** Far above what these take now, far below the 12 to 100 s that they took when the work grew with the square of a list. */
const IN_TIME = 8_000;

describe('a manifest with a very long list', () => {
  it.each<[string, Record<string, unknown>]>([
    ['of features that differ', { capabilities: Array.from({ length: 20_000 }, (_, index) => index) }],
    ['of keys that fit none of two forms', { permissions: { hmac: Array.from({ length: 20_000 }, () => 0) } }],
    [
      'of credentials',
      { permissions: { network: [{ url: 'https://a.example', credentials: Array.from({ length: 5_000 }, () => ({})) }] } },
    ],
    ['of unknown keys', Object.fromEntries(Array.from({ length: 8_000 }, (_, index) => [`webhook_ur${index}`, index]))],
    ['of fields', { configuration_schema: Object.fromEntries(Array.from({ length: 5_000 }, (_, index) => [`f${index}`, 0])) }],
  ])('%s is refused with a bounded number of problems', { timeout: IN_TIME }, async (_name, changes) => {
    const errors = errorsOf(await scanOne(folderWith(changes)));
    expect(errors.length).toBeGreaterThan(0);
    expect(errors.length).toBeLessThanOrEqual(50);
    for (const { message, hint } of errors) expect(message.length + hint.length).toBeLessThan(1_000);
  });
});

describe('a pattern', () => {
  it('that compiles to more than it looks is refused before it is compiled', async () => {
    const [error] = errorsOf(await scanOne(folderWith(field({ pattern: '[\\p{L}\\p{N}]{1,900}'.repeat(9) }))));
    expect(error).toMatchObject({ check: 'fields', pointer: '/configuration_schema/field/pattern' });
  });

  it('is not matched against a default without end', async () => {
    const [error] = errorsOf(await scanOne(folderWith(field({ pattern: '^(.*){300}$', default: 'x'.repeat(100_000) }))));
    expect(error).toMatchObject({ check: 'fields', pointer: '/configuration_schema/field/default' });
  });

  it('may stand in each of 64 fields', { timeout: IN_TIME }, async () => {
    const heavy = { type: 'string', pattern: '^(?:[a-z0-9]{1,9}(.*)){30}$', default: 'x'.repeat(256) };
    const fields = Object.fromEntries(Array.from({ length: 61 }, (_, index) => [`f${index}`, heavy]));
    const { digest } = await scanOne(folderWith({ configuration_schema: { ...FOLDER_MANIFEST.configuration_schema, ...fields } }));
    expect(digest).not.toBeNull();
  });
});

describe('text that is shown to a person', () => {
  it('of a key without end is cut', async () => {
    const [error] = errorsOf(await scanOne(folderWith({ [`k${'y'.repeat(50_000)}`]: 1 })));
    expect(error?.message.length).toBeLessThan(200);
  });
});
