/** A message in its lane, and what was decided of it. */
import type { InboundMessage } from '../../schemas/message.ts';
import type { UnitResult } from '../db/unit.ts';
import type { Deferred } from '../lib/deferred.ts';
import type { PlannedAnswer } from './answer.ts';
import type { BusChannel, Ending, Turn } from './turn.ts';

export interface Entry {
  id: string;
  message: InboundMessage;
  received_at: number;
  channel: BusChannel;
  /** Takes the decision of a message that is not written yet; null when its row stands, or is written as `received`. */
  fresh: { decided: Deferred<Decided>; queued: Promise<void> } | null;
  /** Ends with the commit that writes the row (null: it failed); null when the row stands already. */
  stored: Promise<UnitResult | null> | null;
  /** The row was `dispatched` when the host died: the agent is called again. */
  resumed: boolean;
}

export interface Decided {
  entry: Entry;
  turn: Turn;
  ending: Ending;
  answer: PlannedAnswer;
  /** Parts of an album that run with this message. */
  joined: readonly Entry[];
}

export const laneKey = (message: { channel_id: string; conversation_key: string }): string =>
  `${message.channel_id}\n${message.conversation_key}`;
