/** The table of errors in the code and the one in the docs are the same. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { ERRORS } from '../../host/errors.ts';

describe('the error table', () => {
  it('stands in docs/api.md as it stands in the code', () => {
    const docs = readFileSync(path.resolve(import.meta.dirname, '../../docs/api.md'), 'utf8');
    const documented = [...docs.matchAll(/^\| `([A-Z_]+)` \| (\d+) \| (yes|no) \| (.+) \|$/gm)].map(([, code, status, retry, title]) => ({
      code,
      status: Number(status),
      retryable: retry === 'yes',
      title,
    }));
    expect(documented).toEqual(Object.entries(ERRORS).map(([code, { status, retryable, title }]) => ({ code, status, retryable, title })));
  });
});
