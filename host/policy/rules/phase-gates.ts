import type { Rule } from '../decide.ts';

/** `/comm` lets people carry out operations, so it follows the phase; other commands only speak about the conversation. */
export const phaseGates: Rule = {
  id: 'phase_gates',
  decide: (facts, policy) =>
    facts.command === 'comm' && !policy.comm_commands[facts.phase] ? { effect: 'reject', reason: 'COMM_FORBIDDEN_IN_PHASE' } : null,
};
