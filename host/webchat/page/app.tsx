import { Composer } from './composer.tsx';
import { Conversation } from './conversation.tsx';
import { Header } from './header.tsx';
import { sessionMemory } from './session-memory.ts';
import { Trouble } from './trouble.tsx';
import { useChatSession } from './use-chat-session.ts';

export const App = () => {
  const { session, state } = useChatSession();
  return (
    <div class="chat">
      <Header connection={state.connection} />
      <main class="chat-main">
        <Trouble text={state.trouble} />
        <Conversation state={state} onEarlier={session.loadEarlier} onRetry={session.retry} onRemove={session.remove} />
        <Composer memory={sessionMemory} onSend={session.send} />
      </main>
    </div>
  );
};
