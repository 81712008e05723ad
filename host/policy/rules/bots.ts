import type { Rule } from '../decide.ts';

/** Own messages and other bots never start a run: two gateways would answer each other for ever. */
export const bots: Rule = {
  id: 'bots',
  decide: (facts) => (facts.user_is_bot ? { effect: 'ignore', reason: 'FROM_BOT' } : null),
};
