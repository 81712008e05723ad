/** Whether this message may start a run: gathers the facts, the policy decides. Who is refused may be told so, or how to be let in. */
import { type Reply, textReply } from '../../agents/agent.ts';
import type { PairingRow } from '../../db/unit.ts';
import type { Clock } from '../../lib/clock.ts';
import { decideMessage, type ExecutionPhase, type MessageFacts, type PolicyDecision } from '../../policy/decide.ts';
import { isOwn } from '../own-message.ts';
import { createRateWindow } from '../rate-window.ts';
import type { Step, Turn } from '../turn.ts';
import { rateKey } from './rate-limit.ts';

/** Who holds a conversation; null when nobody does. */
export type HolderOf = (turn: Parameters<Step['run']>[0]) => string | null | Promise<string | null>;

export interface AuthorizeDeps {
  clock: Clock;
  holderOf: HolderOf;
  /** Puts the message into the session of its conversation. */
  join(turn: Turn): Promise<unknown>;
  phase(): ExecutionPhase;
  pairings: {
    isPaired(channel_id: string, user_key: string | null): boolean;
    /** null: there is no code to tell now. */
    ask(channel_id: string, user_key: string, person_id: string): { code: string; row: PairingRow } | null;
  };
}

/** What a changed policy needs to decide this message again. */
const record = (turn: Turn, facts: MessageFacts): void => {
  const { user_is_bot, mentions_bot, paired, taken_over_by, phase, age_ms, from_host } = facts;
  if (from_host) turn.facts.from_host = true;
  if (user_is_bot) turn.facts.user_is_bot = true;
  if (mentions_bot) turn.facts.mentions_bot = true;
  if (paired) turn.facts.paired = true;
  if (taken_over_by !== null) turn.facts.taken_over = true;
  if (phase !== 'execution') turn.facts.phase = phase;
  // Younger than a minute no limit of an age can tell it from new.
  if (age_ms >= 60_000) turn.facts.age_ms = age_ms;
};

export const createAuthorize = ({ clock, holderOf, join, phase, pairings }: AuthorizeDeps): Step => {
  /** Who was told of a refusal: once per window. */
  const told = createRateWindow();

  const pairingReply = (turn: Turn): Reply[] => {
    const { message, channel, person_id } = turn;
    // A code is a matter between two: never in front of a group.
    if (message.conversation_type !== 'direct' || message.user_key === null || person_id === null) return [];
    const asked = pairings.ask(channel.id, message.user_key, person_id);
    if (!asked) return [];
    turn.pairing = asked.row;
    return [textReply(`I do not know you yet. Give this code to whoever runs this service: ${asked.code}. It is valid for one hour.`)];
  };

  const refusalReply = ({ message, channel, received_at }: Turn): Reply[] => {
    const addressed = message.conversation_type === 'direct' || message.mentions_bot;
    if (!addressed || message.user_key === null || channel.notices() !== true) return [];
    const { window_ms } = channel.rate();
    const { within } = told.take(rateKey(channel.id, message.user_key), received_at, { max_requests: 1, window_ms });
    return within ? [textReply('I may not do that for you here.')] : [];
  };

  const repliesTo = (turn: Turn, decision: PolicyDecision): Reply[] => {
    if (decision.effect !== 'reject') return [];
    return decision.reason === 'NOT_PAIRED' ? pairingReply(turn) : refusalReply(turn);
  };

  return {
    name: 'authorize',
    async run(turn) {
      const { message } = turn;
      const facts: MessageFacts = {
        channel_id: message.channel_id,
        type: message.type,
        user_key: message.user_key,
        user_is_bot: message.user_is_bot,
        conversation_type: message.conversation_type,
        mentions_bot: message.mentions_bot,
        command: turn.command,
        age_ms: clock.now() - turn.received_at,
        taken_over_by: await holderOf(turn),
        paired: pairings.isPaired(message.channel_id, message.user_key),
        phase: phase(),
        ...(isOwn(message) ? { from_host: true as const } : {}),
      };
      record(turn, facts);
      const decision = decideMessage(facts, turn.channel.policy());
      if (decision.effect === 'allow') return null;
      // Whoever holds the conversation reads it there.
      if (decision.reason === 'TAKEN_OVER') await join(turn);
      return { state: decision.effect === 'ignore' ? 'ignored' : 'rejected', reason: decision.reason, replies: repliesTo(turn, decision) };
    },
  };
};
