/** The conversation as the page shows it: history, stream and outbox in one state. */
import { type ConnectionStatus, createConnection } from '../../pages/browser/connection.ts';
import type { ChatMessage } from '../webchat-store.ts';
import type { ChatApi, Failure } from './chat-api.ts';
import { mergeMessages } from './messages.ts';
import { createOutbox, type Unsent } from './outbox.ts';
import type { SessionMemory } from './session-memory.ts';

export interface ChatState {
  connection: ConnectionStatus;
  /** The first page of history is here. */
  loaded: boolean;
  messages: readonly ChatMessage[];
  unsent: readonly Unsent[];
  earlier: 'none' | 'available' | 'loading';
  /** What a person has to mend before the chat can work. */
  trouble: string | null;
}

export interface ChatSession {
  state(): ChatState;
  start(): void;
  send(text: string): void;
  retry(client_message_id: string): void;
  remove(client_message_id: string): void;
  loadEarlier(): Promise<void>;
}

export interface ChatSessionDeps {
  api: ChatApi;
  memory: SessionMemory;
  onChange(): void;
}

const VISITED_SLOT = 'asked_for_cookie';
const HISTORY_RETRY_MS = 3000;
const NO_COOKIE = 'The chat needs a cookie to know you again. Please allow cookies for this site, then reload the page.';

const wait = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
const newId = () =>
  btoa(String.fromCharCode(...crypto.getRandomValues(new Uint8Array(18))))
    .replaceAll('+', '-')
    .replaceAll('/', '_');

export const createChatSession = ({ api, memory, onChange }: ChatSessionDeps): ChatSession => {
  let state: ChatState = { connection: 'connecting', loaded: false, messages: [], unsent: [], earlier: 'none', trouble: null };
  let cursor: string | null = null;

  const change = (part: Partial<ChatState>) => {
    state = { ...state, ...part };
    onChange();
  };

  /** Loading the page anew brings a cookie, once. A browser that still has none keeps none. */
  const becomeKnown = () => {
    if (memory.read(VISITED_SLOT) !== null) return change({ trouble: NO_COOKIE });
    memory.write(VISITED_SLOT, 'yes');
    if (memory.read(VISITED_SLOT) === null) return change({ trouble: NO_COOKIE });
    location.replace('/chat');
  };

  const outbox = createOutbox({
    post: api.post,
    memory,
    now: Date.now,
    newId,
    wait,
    onChange: () => change({ unsent: outbox.list() }),
    onStranger: becomeKnown,
  });

  const show = (news: readonly ChatMessage[], part: Partial<ChatState> = {}) => {
    change({ ...part, messages: mergeMessages(state.messages, news) });
    outbox.settle(new Set(news.flatMap(({ client_message_id }) => client_message_id ?? [])));
  };

  const onFailure = (failure: Failure) => {
    if (failure.kind === 'stranger') becomeKnown();
    if (failure.kind === 'refused') change({ trouble: failure.reason });
  };

  /** At each opening of the stream: a state that changed while it was closed is in no event that it repeats. */
  const loadNewest = async (): Promise<void> => {
    const page = await api.history(null);
    if (page.kind === 'done') {
      memory.write(VISITED_SLOT, '');
      if (!state.loaded) cursor = page.value.next_cursor;
      show(page.value.items, { loaded: true, trouble: null, earlier: cursor === null ? 'none' : 'available' });
      return;
    }
    onFailure(page);
    if (page.kind === 'unreachable' && !state.loaded && state.connection === 'open') {
      await wait(page.retry_after_ms ?? HISTORY_RETRY_MS);
      return loadNewest();
    }
  };

  const connection = createConnection({
    address() {
      const last = state.messages.at(-1)?.seq;
      return last === undefined ? '/chat/stream' : `/chat/stream?last_event_id=${last}`;
    },
    events: { message: ({ data }) => show([JSON.parse(data) as ChatMessage]) },
    onStatus: (status) => change({ connection: status }),
    onOpen() {
      void loadNewest();
      outbox.retryAll();
    },
    onRefused: () => void loadNewest(),
  });

  return {
    state: () => state,
    start() {
      change({ unsent: outbox.list() });
      connection.start();
    },
    send: outbox.add,
    retry: outbox.retry,
    remove: outbox.remove,
    async loadEarlier() {
      if (state.earlier !== 'available') return;
      change({ earlier: 'loading' });
      const page = await api.history(cursor);
      if (page.kind === 'done') {
        cursor = page.value.next_cursor;
        show(page.value.items, { earlier: cursor === null ? 'none' : 'available' });
      } else {
        change({ earlier: 'available' });
        onFailure(page);
      }
    },
  };
};
