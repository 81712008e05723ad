import type { Rule } from '../decide.ts';

/** A message that waited too long is not answered out of the blue. The age counts from the host's own receipt. */
export const stale: Rule = {
  id: 'stale',
  decide: (facts, policy) => (facts.age_ms > policy.max_age_ms ? { effect: 'ignore', reason: 'STALE' } : null),
};
