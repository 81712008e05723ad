import type { Rule } from '../decide.ts';

/** A conversation that a person holds is recorded, not run. */
export const takenOver: Rule = {
  id: 'taken_over',
  decide: (facts) => (facts.taken_over_by ? { effect: 'ignore', reason: 'TAKEN_OVER' } : null),
};
