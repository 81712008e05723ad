import type { Rule } from '../decide.ts';

const RECORDED: ReadonlySet<string> = new Set(['edited', 'reaction', 'system']);

/** Edits, reactions and a platform's own notices say something about a message; they are not one. The host's own notice is. */
export const recordOnly: Rule = {
  id: 'record_only',
  decide: (facts) => (RECORDED.has(facts.type) && !facts.from_host ? { effect: 'ignore', reason: 'RECORDED' } : null),
};
