/** On whose behalf a connector request is made. */

export const CALLER_KINDS = ['agent', 'command', 'api', 'mcp', 'library'] as const;
export type CallerKind = (typeof CALLER_KINDS)[number];

export interface Caller {
  kind: CallerKind;
  /** As the audit trail names it: `agent:openai`, `command:comm`, `token:<name>`, `cli:<os user>`. */
  actor: string;
  /**
   * The session whose conversation the request belongs to. Its person's key seals the evidence, an approval is bound
   * to it, and what an approved request brings is handed to it.
   */
  session_id?: string | null;
  /** The inbound message that led to the request: what a run did is found by it. */
  message_id?: string | null;
  /** Where the session is; read from its row when left out. */
  channel_id?: string | null;
  conversation_key?: string | null;
  user_key?: string | null;
  person_id?: string | null;
}

/**
 * Whose requests are counted together: a person's in a conversation, else the actor's. Who comes with a token names
 * sessions as they like, so they never make a caller of their own.
 */
export const callerKey = ({ kind, actor, channel_id, user_key, session_id }: Caller): string => {
  if (kind !== 'agent' && kind !== 'command') return JSON.stringify([kind, actor]);
  if (channel_id && user_key) return JSON.stringify([kind, channel_id, user_key]);
  return JSON.stringify([kind, actor, session_id ?? null]);
};
