import { useEffect, useState } from 'preact/hooks';
import { chatApi } from './chat-api.ts';
import { type ChatSession, type ChatState, createChatSession } from './chat-session.ts';
import { sessionMemory } from './session-memory.ts';

/** One session for the life of the page. */
export const useChatSession = (): { session: ChatSession; state: ChatState } => {
  const [, redraw] = useState(0);
  const [session] = useState(() =>
    createChatSession({ api: chatApi, memory: sessionMemory, onChange: () => redraw((count) => count + 1) }),
  );
  useEffect(() => session.start(), [session]);
  return { session, state: session.state() };
};
