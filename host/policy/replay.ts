/** A changed policy on recorded decisions: pure. What a decision rested on is recorded with it, without content. */
import type { ConversationType, MessageType } from '../../schemas/message.ts';
import { decideMessage, type ExecutionPhase, type MessageFacts, type MessagePolicy } from './decide.ts';

/** What `message.decided` records beside the steps; a field that is left out has its ordinary value. */
export interface RecordedFacts {
  user_is_bot?: true;
  mentions_bot?: true;
  paired?: true;
  taken_over?: true;
  phase?: ExecutionPhase;
  from_host?: true;
  /** Only words that are commands or stand in the policy: any other first word is content. */
  command?: string;
  age_ms?: number;
  /** Messages of this user that counted already. */
  in_window?: number;
}

export interface RecordedDecision {
  channel_id: string;
  /** `dedupe:pass authorize:NOT_ADDRESSED` */
  steps: string;
  type: MessageType;
  user_key: string | null;
  conversation_type: ConversationType;
  /** The message's first word, when its content is still there. */
  command: string | null;
  facts: RecordedFacts;
}

export const factsOf = ({ channel_id, type, user_key, conversation_type, command, facts }: RecordedDecision): MessageFacts => ({
  channel_id,
  type,
  user_key,
  user_is_bot: facts.user_is_bot === true,
  conversation_type,
  mentions_bot: facts.mentions_bot === true,
  command: facts.command ?? command,
  age_ms: facts.age_ms ?? 0,
  taken_over_by: facts.taken_over ? 'somebody' : null,
  paired: facts.paired === true,
  phase: facts.phase ?? 'execution',
  ...(facts.from_host ? { from_host: true } : {}),
});

/** What the steps that depend on the policy said; null when the message never came to them (it was a repetition). */
export const recordedOutcome = (steps: string): string | null => {
  const outcomes = new Map(steps.split(' ').map((step) => [step.slice(0, step.indexOf(':')), step.slice(step.indexOf(':') + 1)]));
  const authorize = outcomes.get('authorize');
  if (authorize === undefined) return null;
  if (authorize !== 'pass') return authorize;
  const rate = outcomes.get('rate-limit');
  return rate === undefined || rate === 'pass' ? 'ALLOWED' : rate;
};

/** `window`: how the time window is to the one that the recorded count is of. */
export interface ReplayedRate {
  max_requests: number;
  window: 'same' | 'shorter' | 'longer';
}

/** Whether the recorded count is over the limit; null when it does not tell: a shorter window holds at most as many, a longer one at least. */
const isLimited = ({ user_key, facts }: RecordedDecision, { max_requests, window }: ReplayedRate): boolean | null => {
  if (user_key === null) return false;
  const over = (facts.in_window ?? 0) >= max_requests;
  return window === 'same' || over === (window === 'longer') ? over : null;
};

/** What the policy would say now: the reason, and the rule. null: only the rate could tell, and it was counted in another window. */
export const replayed = (
  decision: RecordedDecision,
  policy: MessagePolicy,
  rate: ReplayedRate,
): { outcome: string; rule: string } | null => {
  const { effect, rule, reason } = decideMessage(factsOf(decision), policy);
  if (effect !== 'allow') return { outcome: reason, rule };
  const limited = isLimited(decision, rate);
  if (limited === null) return null;
  return limited ? { outcome: 'RATE_LIMITED', rule: 'rate_limit' } : { outcome: 'ALLOWED', rule: 'default' };
};
