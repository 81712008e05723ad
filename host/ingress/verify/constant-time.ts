import { timingSafeEqual } from 'node:crypto';

/** Takes equally long wherever the texts differ. That lengths differ may show: those of digests are public. */
export const equalText = (given: string, expected: string): boolean => {
  const a = Buffer.from(given, 'utf8');
  const b = Buffer.from(expected, 'utf8');
  return a.length === b.length && timingSafeEqual(a, b);
};
