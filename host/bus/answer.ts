/** From replies to outbound rows: where they go is fixed by the inbound message, never read from a session later. */
import type { InboundMessage, OutboundMessage } from '../../schemas/message.ts';
import type { Reply } from '../agents/agent.ts';
import type { MessageRow, UnitResult } from '../db/unit.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { NewId } from '../lib/ids.ts';
import { partsOf } from '../outbox/parts.ts';
import { isOwn } from './own-message.ts';
import type { BusChannel } from './turn.ts';

export interface PlannedAnswer {
  rows: MessageRow[];
  /** Called with the commit's result, or null when it failed. */
  launch(result: UnitResult | null): void;
}

export interface AnswerDeps {
  ledger: Ledger;
  newId: NewId;
  now(): number;
}

/** Must be followed by the commit of its rows in the same turn of the event loop: the outbox has reserved their places. */
export const planAnswer = (
  { ledger, newId, now }: AnswerDeps,
  channel: BusChannel,
  message: InboundMessage,
  person_id: string | null,
  replies: readonly Reply[],
): PlannedAnswer => {
  const launches: ((result: UnitResult | null) => void)[] = [];
  // The platform knows no message of the host's own, only the one that it goes back to.
  const answered = isOwn(message) ? message.reply_to_message_id : message.message_id;
  const rows = replies
    .flatMap((reply) => partsOf(reply, channel.text_limit))
    .map((part, index) => {
      const outbound: OutboundMessage = {
        ...part,
        id: newId(),
        channel_id: channel.id,
        conversation_key: message.conversation_key,
        thread_key: message.thread_key,
        user_key: message.user_key,
        // In a group the first part shows whom it answers.
        reply_to_message_id: index === 0 && message.conversation_type === 'group' ? answered : null,
        part: index + 1,
        metadata: {},
      };
      const plan = channel.outbox.plan(message.conversation_key);
      const row = ledger.outboundRow(outbound, {
        state: plan.state,
        held_by: plan.held_by,
        person_id,
        session_id: message.session_id,
        in_reply_to: message.id,
        idempotency_key: null,
        received_at: now(),
      });
      launches.push((result) => plan.launch(row, outbound, result));
      return row;
    });
  return {
    rows,
    launch(result) {
      for (const launch of launches) launch(result);
    },
  };
};
