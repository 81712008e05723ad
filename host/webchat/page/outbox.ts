/**
 * What was typed and is not known to be stored. One message is on its way at a time, so that they keep
 * their order; each keeps its id through every attempt and reload, so that none is stored twice.
 */
import type { Failure, Result } from './chat-api.ts';
import type { SessionMemory } from './session-memory.ts';

export interface Unsent {
  client_message_id: string;
  text: string;
  /** ISO 8601 in UTC. */
  at: string;
  /** `sent`: acknowledged, and kept until the conversation shows it. */
  status: 'sending' | 'sent' | 'failed';
  reason: string | null;
}

export interface OutboxDeps {
  post(message: { client_message_id: string; text: string }): Promise<Result<null>>;
  memory: SessionMemory;
  now(): number;
  newId(): string;
  wait(ms: number): Promise<void>;
  onChange(): void;
  /** The browser has no cookie of ours; what waits here is in the memory. */
  onStranger(): void;
}

const SLOT = 'unsent';
const RETRY_MS = [1000, 2000];
const NO_CONNECTION = 'No connection. It goes out when the connection is back.';

const remembered = (memory: SessionMemory): Unsent[] => {
  try {
    const list: unknown = JSON.parse(memory.read(SLOT) ?? '[]');
    return Array.isArray(list) ? (list as Unsent[]) : [];
  } catch {
    return [];
  }
};

export const createOutbox = (deps: OutboxDeps) => {
  let messages = remembered(deps.memory);
  let running = false;

  const change = (next: Unsent[]) => {
    messages = next;
    const open = messages.filter(({ status }) => status !== 'sent');
    deps.memory.write(SLOT, open.length === 0 ? '' : JSON.stringify(open));
    deps.onChange();
  };
  const set = (which: (message: Unsent) => boolean, status: Unsent['status'], reason: string | null = null) =>
    change(messages.map((message) => (which(message) ? { ...message, status, reason } : message)));
  const named = (id: string) => (message: Unsent) => message.client_message_id === id;

  const attempt = async ({ client_message_id, text }: Unsent): Promise<Result<null>> => {
    for (let tried = 0; ; tried += 1) {
      const result = await deps.post({ client_message_id, text });
      const pause = RETRY_MS[tried];
      if (result.kind !== 'unreachable' || pause === undefined) return result;
      await deps.wait(result.retry_after_ms ?? pause);
    }
  };

  const fail = (id: string, failure: Failure) => {
    if (failure.kind === 'refused') set(named(id), 'failed', failure.reason);
    // The ones behind it would meet the same silence.
    else set(({ status }) => status === 'sending', 'failed', NO_CONNECTION);
    if (failure.kind === 'stranger') deps.onStranger();
  };

  const run = async () => {
    if (running) return;
    running = true;
    for (;;) {
      const next = messages.find(({ status }) => status === 'sending');
      if (next === undefined) break;
      const result = await attempt(next);
      if (result.kind === 'done') set(named(next.client_message_id), 'sent');
      else fail(next.client_message_id, result);
    }
    running = false;
  };

  return {
    list: (): readonly Unsent[] => messages,
    add(text: string) {
      const at = new Date(deps.now()).toISOString();
      change([...messages, { client_message_id: deps.newId(), text, at, status: 'sending', reason: null }]);
      void run();
    },
    retry(id: string) {
      set(named(id), 'sending');
      void run();
    },
    /** The connection is back. */
    retryAll() {
      set(({ status, reason }) => status === 'sending' || (status === 'failed' && reason === NO_CONNECTION), 'sending');
      void run();
    },
    remove: (id: string) => change(messages.filter((message) => !named(id)(message))),
    /** The conversation shows these. */
    settle(ids: ReadonlySet<string>) {
      if (messages.some(({ client_message_id }) => ids.has(client_message_id))) {
        change(messages.filter(({ client_message_id }) => !ids.has(client_message_id)));
      }
    },
  };
};

export type Outbox = ReturnType<typeof createOutbox>;
