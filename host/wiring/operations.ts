/** The part of the composition root behind every question of an operator: health, status, settings, and what is done with messages. */
import { createAttachmentOperations } from '../admin/attachment-operations.ts';
import { createAuditOperations } from '../admin/audit-operations.ts';
import { type Health, healthOf } from '../admin/health.ts';
import { createOperations } from '../admin/operations.ts';
import { createSessionOperations } from '../admin/session-operations.ts';
import type { Agent } from '../agents/agent.ts';
import type { Bus } from '../bus/bus.ts';
import type { Steps } from '../bus/decide-turn.ts';
import { configTable } from '../config/sources.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { type Clock, isoTime } from '../lib/clock.ts';
import type { Feed } from '../lib/feed.ts';
import type { NewId } from '../lib/ids.ts';
import { createPosts } from '../outbox/post-message.ts';
import type { People } from '../people/people.ts';
import type { Sessions } from '../sessions/sessions.ts';
import { VERSION } from '../version.ts';
import type { HostChannels } from './channels.ts';
import type { ConnectorPool } from './connector-pool.ts';
import type { HostGovernance } from './governance.ts';
import type { HostTrail } from './trail.ts';

export interface HostOperationsDeps {
  governance: HostGovernance;
  ledger: Ledger;
  clock: Clock;
  newId: NewId;
  feed: Feed;
  people: People;
  sessions: Sessions;
  steps: Steps;
  agent: Pick<Agent, 'name'>;
  bus: Pick<Bus, 'counts'>;
  rooms: HostChannels;
  pool: ConnectorPool;
  trail: Pick<HostTrail, 'verify'>;
  /** Where the host can be reached; null before it listens. */
  address(): string | null;
}

export const createHostOperations = (deps: HostOperationsDeps) => {
  const { governance, ledger, clock, newId, feed, people, sessions, rooms, pool } = deps;
  const { config, network_mode, execution_phase } = governance;
  const { channels } = rooms;
  const started = clock.monotonic();

  const health = async (): Promise<Health> => {
    const fault = ledger.fault();
    // Only a write shows that it is over, and whoever is told "unhealthy" may keep away the messages that would write.
    if (fault !== null) {
      const noted = { name: 'database_fault', value: fault, at: clock.now(), actor: 'host', reason: 'noted when it was over' };
      await ledger.commit({ settings: [noted] }).catch(() => undefined);
    }
    return healthOf({
      timestamp: isoTime(clock.now()),
      database_fault: ledger.fault(),
      network_mode: network_mode.value(),
      channels: channels.list().map(({ id, state, enabled, serving }) => ({ id, state: serving?.state ?? state, enabled })),
    });
  };

  const settings = configTable(config, () => ({
    network_mode: network_mode.current(),
    execution_phase: execution_phase.current(),
    channels: channels.list(),
    connectors: pool.connectors.list(),
  }));

  return createOperations({
    ledger,
    clock,
    channels,
    connectors: pool.connectors,
    health,
    runtime: () => ({
      version: VERSION,
      pid: process.pid,
      address: deps.address(),
      home: config.home,
      uptime_seconds: Math.round((clock.monotonic() - started) / 1000),
      execution_phase: execution_phase.value(),
      policy_problem: governance.live.problem(),
      agent: deps.agent.name,
      lanes: deps.bus.counts(),
      middleware: deps.steps.counts(),
    }),
    outboxCounts: (id) => rooms.outboxCounts(id),
    feed,
    wake: (id) => rooms.wake(id),
    attachments: createAttachmentOperations({ open: rooms.inboundFile }),
    audit: createAuditOperations({ ledger, verify: deps.trail.verify }),
    post: createPosts({
      ledger,
      clock,
      newId,
      feed,
      person: (channel_id, user_key) => people.resolve(channel_id, user_key),
      channel: (id) => rooms.outlet(id),
    }),
    sessions: createSessionOperations({
      ledger,
      clock,
      sessions,
      person: async (channel_id, user_key) => (user_key === null ? null : ((await ledger.personOf(channel_id, user_key)) ?? null)),
    }),
    ...settings,
  });
};
