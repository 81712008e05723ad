import type { Rule } from '../decide.ts';

/** In a group the bot answers when it is spoken to, always, or never. */
export const groupPolicy: Rule = {
  id: 'group_policy',
  decide(facts, policy) {
    if (facts.conversation_type !== 'group' || policy.group_policy === 'all') return null;
    if (policy.group_policy === 'none') return { effect: 'ignore', reason: 'GROUPS_OFF' };
    return facts.mentions_bot ? null : { effect: 'ignore', reason: 'NOT_ADDRESSED' };
  },
};
