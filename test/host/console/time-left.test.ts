import { expect, it } from 'vitest';
import { timeLeft } from '../../../host/console/page/parts/time-left.ts';

it.each([
  [-1, 'over'],
  [0, 'over'],
  [1, '1 s'],
  [59_000, '59 s'],
  [59_001, '1 min 0 s'],
  [299_500, '5 min 0 s'],
  [3_599_000, '59 min 59 s'],
  [3_600_000, '1 h 0 min'],
  [90_061_000, '25 h 1 min'],
])('%d ms are %s', (ms, words) => {
  expect(timeLeft(ms)).toBe(words);
});
