import { expect, test } from 'vitest';
import { createRateBound } from '../../../host/webchat/rate-bound.ts';
import { createFakeClock } from '../../support/fake-clock.ts';

const options = { limit: 2, window_ms: 1000, max_visitors: 3 };

test('the window slides: each request makes room a window after itself', () => {
  const clock = createFakeClock();
  const bound = createRateBound(clock, options);
  expect(bound.take('a')).toBe(0);
  clock.advance(600);
  expect(bound.take('a')).toBe(0);
  expect(bound.take('a')).toBe(400);
  clock.advance(400);
  expect(bound.take('a')).toBe(0);
  expect(bound.take('a')).toBe(600);
});

test('a refused request does not lengthen the wait', () => {
  const clock = createFakeClock();
  const bound = createRateBound(clock, options);
  bound.take('a');
  bound.take('a');
  clock.advance(999);
  expect(bound.take('a')).toBe(1);
  clock.advance(1);
  expect(bound.take('a')).toBe(0);
});

test('made-up visitors cannot fill the memory, nor push out those who write', () => {
  const clock = createFakeClock();
  const bound = createRateBound(clock, options);
  for (const name of ['a', 'b', 'c']) expect(bound.take(name)).toBe(0);
  expect(bound.take('d')).toBe(1000);
  expect(bound.take('a')).toBe(0);
  clock.advance(1000);
  expect(bound.take('d')).toBe(0);
});
