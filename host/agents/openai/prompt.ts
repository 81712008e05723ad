/** What the model is sent: the system prompt, as much of the session as the budget holds, and the message. Pure. */
import type { InboundMessage } from '../../../schemas/message.ts';
import { estimateTokens } from './tokens.ts';

/** One thing that was said in the session. */
export interface Turn {
  role: 'user' | 'assistant';
  text: string;
}

export type ChatMessage =
  | { role: 'system' | 'user'; content: string }
  | {
      role: 'assistant';
      content: string | null;
      tool_calls?: { id: string; type: 'function'; function: { name: string; arguments: string } }[];
    }
  | { role: 'tool'; tool_call_id: string; content: string };

/** System prompt, history and message together. The message itself always goes, whatever it takes. */
const BUDGET_TOKENS = 8_000;
/** Role and borders of one message. */
const FRAME_TOKENS = 4;

const tokensOf = (text: string): number => FRAME_TOKENS + estimateTokens(text);

/** What somebody said, in words: files by their kind and name, and in a group who it was. */
export const saidBy = (
  message: Pick<InboundMessage, 'text' | 'attachments' | 'location' | 'action' | 'type' | 'conversation_type' | 'user_name' | 'user_key'>,
): string => {
  const { location, action } = message;
  const parts = [
    message.text ?? '',
    ...message.attachments.map(({ type, file_name }) => (file_name ? `[${type}: ${file_name}]` : `[${type}]`)),
    ...(location ? [`[location: ${location.latitude}, ${location.longitude}${location.name ? ` ${location.name}` : ''}]`] : []),
    ...(action && !message.text ? [`[button: ${action.value ?? action.id}]`] : []),
  ].filter((part) => part.trim() !== '');
  const text = parts.length > 0 ? parts.join('\n') : `[${message.type}]`;
  // What the host itself tells is nobody's word.
  return message.conversation_type === 'direct' || message.type === 'system'
    ? text
    : `${message.user_name ?? message.user_key ?? 'somebody'}: ${text}`;
};

/** `history`: oldest first, without the message. Whole turns, from the newest back. */
export const promptOf = (system: string | null, history: readonly Turn[], message: string): ChatMessage[] => {
  let left = BUDGET_TOKENS - tokensOf(message) - (system === null ? 0 : tokensOf(system));
  const kept: ChatMessage[] = [];
  for (const { role, text } of history.toReversed()) {
    left -= tokensOf(text);
    if (left < 0) break;
    kept.unshift({ role, content: text });
  }
  return [...(system === null ? [] : [{ role: 'system' as const, content: system }]), ...kept, { role: 'user', content: message }];
};
