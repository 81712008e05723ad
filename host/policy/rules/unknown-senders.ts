import type { Rule } from '../decide.ts';

/** Who is not on the list: allowed, or refused. `pair` refuses until an operator has approved the sender's code. */
export const unknownSenders: Rule = {
  id: 'unknown_senders',
  decide(facts, policy) {
    if (policy.unknown_senders === 'allow') return null;
    if (facts.user_key !== null && policy.allow_users.includes(facts.user_key)) return null;
    if (policy.unknown_senders === 'pair' && facts.paired) return null;
    return { effect: 'reject', reason: policy.unknown_senders === 'pair' ? 'NOT_PAIRED' : 'UNKNOWN_SENDER' };
  },
};
