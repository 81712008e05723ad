/** Whether this message may start a run: gathers the facts, the policy decides. */
import type { Clock } from '../../lib/clock.ts';
import { decideMessage } from '../../policy/decide.ts';
import type { Step } from '../turn.ts';

/** Who holds a conversation; null when nobody does. */
export type HolderOf = (turn: Parameters<Step['run']>[0]) => string | null | Promise<string | null>;

export const createAuthorize = ({ clock, holderOf }: { clock: Clock; holderOf: HolderOf }): Step => ({
  name: 'authorize',
  async run(turn) {
    const { message } = turn;
    const decision = decideMessage(
      {
        channel_id: message.channel_id,
        type: message.type,
        user_key: message.user_key,
        user_is_bot: message.user_is_bot,
        conversation_type: message.conversation_type,
        mentions_bot: message.mentions_bot,
        command: turn.command,
        age_ms: clock.now() - turn.received_at,
        taken_over_by: await holderOf(turn),
      },
      turn.channel.policy(),
    );
    if (decision.effect === 'allow') return null;
    return { state: decision.effect === 'ignore' ? 'ignored' : 'rejected', reason: decision.reason, replies: [] };
  },
});
