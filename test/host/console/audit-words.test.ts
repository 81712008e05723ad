import { describe, expect, it } from 'vitest';
import type { Verdict } from '../../../host/console/page/api/answers.ts';
import { filtersOf, fromFields, toFields } from '../../../host/console/page/views/audit/filters.ts';
import { verdictWords } from '../../../host/console/page/views/audit/verdict-words.ts';

const whole: Verdict = { ok: true, broken: null, head_faults: [], chains: [], commits: 2, rows: 3, heads: 1, took_ms: 5 };
const broken = { chain_id: 'c', commit_seq: 7, what: 'changed', row: { seq: 12, position: 1 }, message: 'The row was changed.' };

describe('the verdict on the trail', () => {
  it('says that all is well, and what was not compared', () => {
    expect(verdictWords(whole)).toEqual({ good: true, says: 'Everything is as it was written.', because: ['1 signed head was compared.'] });
    expect(verdictWords({ ...whole, heads: 0 }).because[0]).toContain('an end that was cut off could not be seen');
  });

  it('names the first broken commit, and its row when it is one', () => {
    const words = verdictWords({ ...whole, ok: false, broken });
    expect(words).toMatchObject({ good: false, says: expect.stringContaining('Commit 7 of the chain c is the first that is broken.') });
    expect(words.because[0]).toBe('Commit 7, row 1 (entry 12): The row was changed.');
    expect(verdictWords({ ...whole, ok: false, broken: { ...broken, row: null } }).because[0]).toBe('Commit 7: The row was changed.');
    const unnumbered = { ...broken, row: { seq: null, position: 2 } };
    expect(verdictWords({ ...whole, ok: false, broken: unnumbered }).because[0]).toBe('Commit 7, row 2: The row was changed.');
  });

  it('does not call a trail well whose heads prove nothing', () => {
    const fault = { file: 'heads.log', line: 3, what: 'wrong_signature', message: 'The signature is wrong.' };
    expect(verdictWords({ ...whole, ok: false, head_faults: [fault] })).toEqual({
      good: false,
      says: 'The trail fits together, but signed heads prove nothing.',
      because: ['heads.log, line 3: The signature is wrong.', '1 signed head was compared.'],
    });
  });
});

describe('the filters of the trail', () => {
  it('are those that the API knows, without the empty ones', () => {
    expect(filtersOf({ action: 'a', actor: '', verify: 'x', to: '2026-01-01' })).toEqual({ action: 'a', to: '2026-01-01' });
  });

  it('go through the fields of a form and back', () => {
    const at = new Date('2026-01-31T12:34').toISOString();
    expect(fromFields(toFields({ subject: ' s ', from: at }))).toEqual({ subject: 's', from: at });
    expect(toFields({ from: 'yesterday' }).from).toBe('');
  });
});
