import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { asTimestamp } from '../../../plugins/sdk/timestamp.ts';

describe('asTimestamp', () => {
  it.each([
    ['2026-01-02T03:04:05Z', '2026-01-02T03:04:05.000Z'],
    ['2026-01-02T03:04:05.6789+02:00', '2026-01-02T01:04:05.678Z'],
    ['2026-01-02 03:04', '2026-01-02T03:04:00.000Z'],
    ['2026-01-02T03:04:05-0530', '2026-01-02T08:34:05.000Z'],
    ['20260102T030405Z', '2026-01-02T03:04:05.000Z'],
    ['2026-01-02', '2026-01-02T00:00:00.000Z'],
    ['2026-01', '2026-01-01T00:00:00.000Z'],
    ['2016-12-31T23:59:60Z', '2016-12-31T23:59:59.000Z'],
    ['Fri, 02 Jan 2026 03:04:05 GMT', '2026-01-02T03:04:05.000Z'],
    ['Fri, 2 Jan 26 03:04 EST', '2026-01-02T08:04:00.000Z'],
    ['2 January 2026', '2026-01-02T00:00:00.000Z'],
    ['Friday, 02-Jan-26 03:04:05 GMT', '2026-01-02T03:04:05.000Z'],
    ['Fri, 02 Jan 2026 03:04:05 +0100 (CET)', '2026-01-02T02:04:05.000Z'],
  ])('%s', (text, iso) => {
    expect(asTimestamp(text)).toBe(iso);
  });

  it.each(['', 'yesterday', '2026-02-31', '2026-13-01', '02 Foo 2026', '2026-01-02T25:00Z', '2 Jan 2026 03:04 XYZ', 5, null, '0000-01-01'])(
    '%j is none',
    (value) => {
      expect(asTimestamp(value)).toBeUndefined();
    },
  );

  it('reads back what a machine wrote, and never throws for what nobody did', () => {
    fc.assert(
      fc.property(fc.date({ min: new Date('0100-01-02'), max: new Date('9999-12-30'), noInvalidDate: true }), (date) => {
        expect(asTimestamp(date.toISOString())).toBe(date.toISOString());
      }),
    );
    fc.assert(fc.property(fc.string(), (text) => ['string', 'undefined'].includes(typeof asTimestamp(text))));
  });
});
