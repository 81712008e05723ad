/** One message on its way through the steps, and how the way ended. */
import type { InboundMessage } from '../../schemas/message.ts';
import type { Reply } from '../agents/agent.ts';
import type { PairingRow, PersonRow, SessionRow } from '../db/unit.ts';
import type { ChannelOutbox } from '../outbox/channel-outbox.ts';
import type { TextLimit } from '../outbox/split.ts';
import type { MessagePolicy } from '../policy/decide.ts';
import type { RecordedFacts } from '../policy/replay.ts';
import type { SessionScope } from '../sessions/sessions.ts';

/** What the bus knows of a channel. */
export interface BusChannel {
  id: string;
  name: string;
  session_scope: SessionScope;
  text_limit: TextLimit | undefined;
  outbox: ChannelOutbox;
  policy(): MessagePolicy;
  rate(): { max_requests: number; window_ms: number };
  error_reply(): string | null;
  /** Whether people are told that they were refused; null: only those who are over the limit. */
  notices(): boolean | null;
  /** Shows that an answer is being made, where the platform can. */
  typing(target: { conversation_key: string; thread_key: string | null; user_key: string | null }): void;
}

export interface Turn {
  channel: BusChannel;
  message: InboundMessage;
  /** Wall time in ms at which the host received it. */
  received_at: number;
  command: string | null;
  /** The backend that a run goes to. */
  agent: string;
  session: SessionRow | null;
  session_rows: SessionRow[];
  person_id: string | null;
  new_person: PersonRow | null;
  /** The sender was told a pairing code. */
  pairing: PairingRow | null;
  /** What the decision rested on, for the audit trail; no content. */
  facts: RecordedFacts;
  /** The steps so far, for the audit trail. */
  trail: { step: string; outcome: string }[];
}

/** How the way through the steps ended. */
export interface Ending {
  state: 'answered' | 'dispatched' | 'ignored' | 'rejected' | 'duplicate';
  reason: string | null;
  replies: readonly Reply[];
}

export interface Step {
  name: string;
  /** null lets the message pass on. A rejected promise is a fault of the host: the message is tried again. */
  run(turn: Turn): Ending | null | Promise<Ending | null>;
}
