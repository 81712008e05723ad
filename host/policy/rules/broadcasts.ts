import type { Rule } from '../decide.ts';

/** Posts of a broadcast channel are addressed to everybody and to nobody. */
export const broadcasts: Rule = {
  id: 'broadcasts',
  decide: (facts) => (facts.conversation_type === 'channel' ? { effect: 'ignore', reason: 'BROADCAST' } : null),
};
