import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createPace, type Pace } from '../../../host/console/page/api/pace.ts';

let asks: number;
let pace: Pace;
/** As the page does: a question that is due is on its way at once. */
beforeEach(() => {
  vi.useFakeTimers();
  asks = 0;
  pace = createPace(() => {
    asks++;
    pace.asked();
  });
});
afterEach(() => {
  pace.stop();
  vi.useRealTimers();
});

it('a change is asked about soon, and many in a short time are one', () => {
  for (let change = 0; change < 50; change++) pace.changed();
  vi.advanceTimersByTime(399);
  expect(asks).toBe(0);
  vi.advanceTimersByTime(1);
  expect(asks).toBe(1);
});

it('changes without an end are asked about every two seconds', () => {
  for (let ms = 0; ms < 20_000; ms += 10) {
    pace.changed();
    vi.advanceTimersByTime(10);
    pace.answered();
  }
  expect(asks).toBe(10);
});

it('nothing is asked while a question is under way, and what changed meanwhile is asked about afterwards', () => {
  pace.changed();
  vi.advanceTimersByTime(400);
  for (let ms = 0; ms < 30_000; ms += 100) {
    pace.changed();
    vi.advanceTimersByTime(100);
  }
  expect(asks).toBe(1);
  pace.answered();
  vi.advanceTimersByTime(400);
  expect(asks).toBe(2);
  pace.answered();
  vi.advanceTimersByTime(60_000);
  expect(asks).toBe(2);
});

it('a question that is asked for another reason covers what changed before it', () => {
  pace.changed();
  pace.asked();
  pace.answered();
  vi.advanceTimersByTime(60_000);
  expect(asks).toBe(0);
});

it('nothing is asked once nobody looks any more', () => {
  pace.changed();
  pace.stop();
  vi.advanceTimersByTime(60_000);
  expect(asks).toBe(0);
});
