/**
 * Who may start a run: facts in, decision out. No I/O and no clock, so that the same facts always give
 * the same decision, and a changed policy can be tried on recorded facts.
 */
import type { ConversationType, MessageType } from '../../schemas/message.ts';
import { allowedCommands } from './rules/allowed-commands.ts';
import { blockedOperations } from './rules/blocked-operations.ts';
import { bots } from './rules/bots.ts';
import { broadcasts } from './rules/broadcasts.ts';
import { groupPolicy } from './rules/group-policy.ts';
import { phaseGates } from './rules/phase-gates.ts';
import { recordOnly } from './rules/record-only.ts';
import { stale } from './rules/stale.ts';
import { takenOver } from './rules/taken-over.ts';
import { unknownSenders } from './rules/unknown-senders.ts';

/** `planning`: agents run, nothing is carried out. */
export type ExecutionPhase = 'planning' | 'execution';

/** What is known of a message when it is decided. */
export interface MessageFacts {
  channel_id: string;
  type: MessageType;
  user_key: string | null;
  user_is_bot: boolean;
  conversation_type: ConversationType;
  mentions_bot: boolean;
  /** The first word without its slash, lower-case, when the message begins with `/`. */
  command: string | null;
  /** Milliseconds since the host received it. */
  age_ms: number;
  /** The person who holds the conversation. */
  taken_over_by: string | null;
  /** An operator approved this sender's pairing code. */
  paired: boolean;
  phase: ExecutionPhase;
  /** The host wrote it itself: the result of an approved request. */
  from_host?: true;
}

/** The part of the policy that decides about messages of one channel, every value resolved. */
export interface MessagePolicy {
  max_age_ms: number;
  group_policy: 'mention' | 'all' | 'none';
  unknown_senders: 'allow' | 'pair' | 'deny';
  allow_users: readonly string[];
  /** null: every command. */
  allowed_commands: readonly string[] | null;
  blocked_operations: readonly string[];
  /** In which phases `/comm` runs. */
  comm_commands: Readonly<Record<ExecutionPhase, boolean>>;
}

/** `ignore` records and stays silent; `reject` records and may tell the person. */
export interface PolicyDecision {
  effect: 'allow' | 'ignore' | 'reject';
  rule: string;
  reason: string;
}

/** One rule: null when it has nothing to say. */
export interface Rule {
  id: string;
  decide(facts: MessageFacts, policy: MessagePolicy): { effect: 'ignore' | 'reject'; reason: string } | null;
}

/** In this order; the first that speaks decides. */
export const RULES: readonly Rule[] = [
  stale,
  recordOnly,
  broadcasts,
  bots,
  takenOver,
  groupPolicy,
  unknownSenders,
  blockedOperations,
  allowedCommands,
  phaseGates,
];

export const decideMessage = (facts: MessageFacts, policy: MessagePolicy): PolicyDecision => {
  for (const rule of RULES) {
    const decision = rule.decide(facts, policy);
    if (decision) return { effect: decision.effect, rule: rule.id, reason: decision.reason };
  }
  return { effect: 'allow', rule: 'default', reason: 'ALLOWED' };
};
