import { expect, it } from 'vitest';
import { earliest } from '../../../host/console/page/api/use-again-at.ts';

it('the first time to run out is the earliest, however it is written', () => {
  expect(earliest([])).toBeNull();
  expect(earliest(['2026-01-01T12:00:00Z', '2026-01-01T11:59:59.999Z', '2026-01-01T13:30:00+02:00'])).toBe('2026-01-01T13:30:00+02:00');
});
