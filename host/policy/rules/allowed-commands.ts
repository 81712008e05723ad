import type { Rule } from '../decide.ts';

/** Commands by whole words; without a list every command is allowed. */
export const allowedCommands: Rule = {
  id: 'allowed_commands',
  decide: (facts, policy) =>
    facts.command !== null && policy.allowed_commands !== null && !policy.allowed_commands.includes(facts.command)
      ? { effect: 'reject', reason: 'COMMAND_NOT_ALLOWED' }
      : null,
};
