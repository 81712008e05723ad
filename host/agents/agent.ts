/** An agent backend: a message in, replies out. */
import type { Attachment, Button, InboundMessage } from '../../schemas/message.ts';

export interface Reply {
  text: string | null;
  attachments: Attachment[];
  buttons: Button[][];
}

/** What an agent is told. */
export interface AgentRequest {
  message: InboundMessage;
  session: { id: string; created_at: string };
  channel: { id: string; name: string };
}

/** One attempt of a call. `retryable` is told by the backend, never guessed; `retry_after_ms` is the agent's own word. */
export type AgentOutcome =
  | { ok: true; replies: Reply[] }
  | { ok: false; code: string; message: string; retryable: boolean; retry_after_ms?: number };

export interface Agent {
  name: string;
  /** Answers inside the same transaction as the decision: no call leaves the process. */
  immediate?(message: InboundMessage): Reply[];
  /** One attempt; never rejects. */
  call?(request: AgentRequest, signal: AbortSignal): Promise<AgentOutcome>;
  timeout_ms: number;
  close(): Promise<void>;
}

export const textReply = (text: string): Reply => ({ text, attachments: [], buttons: [] });
