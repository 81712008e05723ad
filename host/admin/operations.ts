/** What an operator can ask and do, whichever way they come: API, command line, or a command without a running host. */
import type { Bus } from '../bus/bus.ts';
import type { StepCounts } from '../bus/decide-turn.ts';
import type { MessageFilter, StoredMessage } from '../db/tables/messages.ts';
import { AppError } from '../errors.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { type MessageView, messageView, type Trace, traceOf } from '../ledger/views.ts';
import { type Clock, isoTime } from '../lib/clock.ts';
import type { Feed } from '../lib/feed.ts';
import type { NewPost, PostBy } from '../outbox/post-message.ts';
import { dropDelivery, retryDelivery } from '../outbox/redeliver.ts';
import type { AttachmentOperations } from './attachment-operations.ts';
import type { AuditOperations } from './audit-operations.ts';
import type { Health } from './health.ts';
import { createPluginOperations, type Plugins } from './plugin-operations.ts';
import type { SessionOperations } from './session-operations.ts';

export interface Page<Item> {
  items: Item[];
  /** The `seq` to go on from; null at the end. */
  next_cursor: string | null;
}

export interface ConfigValue {
  key: string;
  value: unknown;
  /** Where it comes from: `environment`, `config/channels.json`, `default`, … */
  source: string;
}

export interface Status extends Health {
  version: string;
  pid: number;
  address: string | null;
  home: string;
  uptime_seconds: number;
  execution_phase: string;
  /** Why the policy file is not the policy in force; null when it is. */
  policy_problem: string | null;
  agent: string;
  channels: { id: string; state: string; reason: string | null; in_flight: number; waiting: number; held_by: string | null }[];
  connectors: { id: string; state: string; reason: string | null }[];
  queues: {
    events: { channel_id: string; waiting: number }[];
    messages: { channel_id: string; direction: string; state: string; waiting: number }[];
  };
  lanes: ReturnType<Bus['counts']>;
  middleware: StepCounts[];
}

export interface OperationsDeps {
  ledger: Ledger;
  clock: Clock;
  channels: Plugins;
  connectors: Plugins;
  health(): Promise<Health>;
  runtime(): Pick<
    Status,
    'version' | 'pid' | 'address' | 'home' | 'uptime_seconds' | 'execution_phase' | 'policy_problem' | 'agent' | 'lanes' | 'middleware'
  >;
  outboxCounts(id: string): { in_flight: number; waiting: number; held_by: string | null } | null;
  feed: Feed;
  wake(channel_id: string): void;
  post(post: NewPost, by: PostBy): Promise<StoredMessage[]>;
  sessions: SessionOperations;
  attachments: AttachmentOperations;
  listConfig(): ConfigValue[];
  getConfig(key: string): ConfigValue | null;
  audit: AuditOperations;
}

export const createOperations = (deps: OperationsDeps) => {
  const { ledger, channels, connectors } = deps;
  const redeliver = { ledger, now: () => deps.clock.now(), feed: deps.feed, wake: deps.wake };
  return {
    health: deps.health,
    async status(): Promise<Status> {
      const [health, messages, events] = await Promise.all([deps.health(), ledger.countOpenMessages(), ledger.countOpenEvents()]);
      return {
        ...health,
        ...deps.runtime(),
        channels: channels.list().map(({ id, state, reason }) => ({
          id,
          state,
          reason,
          ...(deps.outboxCounts(id) ?? { in_flight: 0, waiting: 0, held_by: null }),
        })),
        connectors: connectors.list().map(({ id, state, reason }) => ({ id, state, reason })),
        queues: { events, messages },
      };
    },
    listConfig: deps.listConfig,
    getConfig(key: string): ConfigValue {
      const found = deps.getConfig(key);
      if (found) return found;
      throw new AppError('NOT_FOUND', `There is no setting ${key}.`, 'agentos config list shows every setting.');
    },
    channels: createPluginOperations('channel', channels, deps),
    connectors: createPluginOperations('connector', connectors, deps),
    async listMessages(filter: MessageFilter): Promise<Page<MessageView>> {
      const rows = await ledger.listMessages(filter);
      return {
        items: rows.map((row) => messageView(ledger, row)),
        next_cursor: rows.length === filter.limit ? String(rows.at(-1)?.seq) : null,
      };
    },
    /** The first part as it is now, with the ids of all. */
    async postMessage(post: NewPost, by: PostBy): Promise<MessageView & { parts: string[] }> {
      const rows = await deps.post(post, by);
      return { ...messageView(ledger, rows[0] as StoredMessage), parts: rows.map((row) => row.id) };
    },
    sessions: deps.sessions,
    attachments: deps.attachments,
    async showMessage(id: string): Promise<MessageView> {
      const row = await ledger.messageById(id);
      if (row) return messageView(ledger, row);
      throw new AppError('MESSAGE_NOT_FOUND', `There is no message ${id}.`, 'GET /api/messages lists them.');
    },
    async trace(id: string): Promise<Trace> {
      const trace = await traceOf(ledger, id);
      if (trace) return trace;
      throw new AppError('MESSAGE_NOT_FOUND', `There is no message ${id}.`, 'Ids are shown by GET /api/messages and in the log.');
    },
    retryDelivery: (id: string, actor: string) => retryDelivery(redeliver, id, actor),
    dropDelivery: (id: string, actor: string) => dropDelivery(redeliver, id, actor),
    audit: deps.audit,
  };
};

export type Operations = ReturnType<typeof createOperations>;
export const timestamp = (clock: Clock): string => isoTime(clock.now());
