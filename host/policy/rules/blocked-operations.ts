import type { Rule } from '../decide.ts';

/** Refused as commands whatever the phase or role. Only a whole first word counts: `/executed` is another word. */
export const blockedOperations: Rule = {
  id: 'blocked_operations',
  decide: (facts, policy) =>
    facts.command !== null && policy.blocked_operations.includes(facts.command) ? { effect: 'reject', reason: 'BLOCKED_OPERATION' } : null,
};
