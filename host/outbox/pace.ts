/** The pace a manifest asks for: the earliest time at which the next message of a channel and of a conversation may go out. */
import type { Limits } from '../../schemas/manifest.ts';

export interface Pace {
  /** Milliseconds to wait before a message of this conversation may be sent; 0 takes its place. */
  take(conversation_key: string, monotonic_ms: number): number;
}

const NO_PACE: Pace = { take: () => 0 };
const REMEMBERED = 10_000;

export const createPace = (limits: Limits | undefined): Pace => {
  const perChannel = limits?.send_per_second ? 1000 / limits.send_per_second : 0;
  const perConversation = limits?.send_per_conversation_per_second ? 1000 / limits.send_per_conversation_per_second : 0;
  if (perChannel === 0 && perConversation === 0) return NO_PACE;
  let channelFrom = 0;
  const conversationFrom = new Map<string, number>();
  return {
    take(conversation_key, now) {
      const from = Math.max(channelFrom, conversationFrom.get(conversation_key) ?? 0);
      if (from > now) return from - now;
      channelFrom = now + perChannel;
      if (perConversation > 0) {
        conversationFrom.delete(conversation_key);
        conversationFrom.set(conversation_key, now + perConversation);
        if (conversationFrom.size > REMEMBERED) {
          const oldest = conversationFrom.keys().next().value;
          if (oldest !== undefined) conversationFrom.delete(oldest);
        }
      }
      return 0;
    },
  };
};
