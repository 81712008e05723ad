/** The second half of the composition root: what each channel is wired from, and the rooms that outlive its workers. */
import { randomBytes } from 'node:crypto';
import path from 'node:path';
import { compile } from '../schemas/compile.ts';
import { AccountReport, DeliveryReport, InboundMessageInput, Receipt } from '../schemas/message.ts';
import type { Metrics } from './admin/metrics.ts';
import type { Bus } from './bus/bus.ts';
import { sortReceived } from './bus/received.ts';
import type { BusChannel } from './bus/turn.ts';
import { createGeneration, plainValues, type Ready } from './channel-generation.ts';
import { createChannelRooms } from './channel-rooms.ts';
import { type Config, messagePolicyOf, rateOf } from './config.ts';
import type { StoredMessage } from './db/tables/messages.ts';
import type { Egress } from './egress/egress.ts';
import { createWebhooks, type WebhookRoute, type Webhooks } from './ingress/webhooks.ts';
import type { Ledger } from './ledger/ledger.ts';
import type { Clock } from './lib/clock.ts';
import type { Feed } from './lib/feed.ts';
import type { NewId } from './lib/ids.ts';
import type { Logger } from './lib/logger.ts';
import type { Probe } from './lib/probe.ts';
import { decideApproval } from './registry/approval.ts';
import { loadBuiltins } from './registry/builtins.ts';
import { type Channel, createChannel } from './registry/channel.ts';
import { contestedVariables, resolveChannelConfig } from './registry/channel-config.ts';
import type { ChannelSource } from './registry/channel-source.ts';
import { type Channels, createChannels } from './registry/channels.ts';
import { createFaultHistory } from './registry/fault-history.ts';
import { scanChannels } from './registry/scan.ts';
import { bundleFolder } from './sandbox/bundle.ts';
import type { Sandbox } from './sandbox/confined.ts';

export interface HostChannelsDeps {
  config: Config;
  log: Logger;
  clock: Clock;
  newId: NewId;
  ledger: Ledger;
  feed: Feed;
  metrics: Metrics;
  bus: Bus;
  egress: Egress;
  sandbox: Sandbox;
  network_mode(): string;
  dist_dir: string;
  /** Nothing is started: a command works on the database alone. */
  offline: boolean;
  /** The process before this one ended without closing. */
  unclean: boolean;
  on_error(error: unknown, what: string): void;
  probe?: Probe | undefined;
}

export const createHostChannels = (deps: HostChannelsDeps) => {
  const { config, clock, ledger, log } = deps;
  const { policy } = config;
  const checks = { message: compile(InboundMessageInput), delivery_report: compile(DeliveryReport), account: compile(AccountReport) };
  const checkReceipt = compile(Receipt);
  const busChannels = new Map<string, BusChannel>();
  const open = new Map<string, StoredMessage[]>();
  /** What the first look at the folders found, kept for the load that follows. */
  let looked: ChannelSource[] | null = null;
  let contested: ReadonlySet<string> = new Set();
  let builtins: Awaited<ReturnType<typeof loadBuiltins>> | null = null;

  const rooms = createChannelRooms({ ...deps, busChannel: (id) => busChannels.get(id), channel: (id) => channels.get(id) });

  const build = (evaluated: Ready): Channel => {
    const { id } = evaluated.source;
    const room = rooms.open(id, evaluated);
    const generation = createGeneration(
      { egress: deps.egress, public_url: config.public_url, network_mode: deps.network_mode, record: rooms.record },
      evaluated,
      room.tracker,
    );
    busChannels.set(id, {
      id,
      name: generation.manifest.name,
      session_scope: generation.manifest.session_scope ?? 'user_conversation',
      text_limit: generation.manifest.limits?.text,
      outbox: room.outbox,
      policy: () => messagePolicyOf(config, id),
      rate: () => rateOf(config, id),
      error_reply: () => policy.channels?.[id]?.error_reply ?? null,
      typing({ conversation_key, thread_key, user_key }) {
        if (deps.network_mode() !== 'on') return;
        channels
          .get(id)
          ?.typing({ channel_id: id, conversation_key, thread_key, user_key })
          .catch((error) => deps.on_error(error, 'show that an answer is being made'));
      },
    });
    const left = open.get(id) ?? [];
    open.delete(id);
    for (const row of left) deps.bus.resume(row);
    const channel = createChannel(id, generation, {
      sandbox: deps.sandbox,
      clock,
      log,
      intake: room.intake,
      outbox: room.outbox,
      tracker: room.tracker,
      faults: createFaultHistory(Math.random),
      sort: (received, event) => sortReceived(received, event, checks, deps.newId),
      checkReceipt,
      network_mode: deps.network_mode,
      on_state: (status) => onState(id, status),
    });
    return deps.offline
      ? {
          ...channel,
          start: async () => undefined,
          status: () => ({ state: 'starting', reason: 'The host is not running.', fix: 'agentos serve' }),
        }
      : channel;
  };

  const onState: Parameters<typeof createChannels>[0]['on_state'] = (id, status) => {
    const { state, reason, fix } = status;
    deps.metrics.channel(id, state === 'running');
    deps.feed.publish({ kind: 'channel', channel_id: id, id, direction: null, conversation_key: null, state });
    if (deps.offline) return;
    const level = state === 'running' || state === 'starting' || state === 'disabled' ? 'info' : 'warn';
    log[level]({ channel_id: id, state, reason: reason ?? undefined, fix: fix ?? undefined }, `channel ${id} is ${state}`);
    if (state === 'running') channels.markRan(id).catch((error) => deps.on_error(error, 'note that a channel ran'));
  };

  const routeOf = (evaluated: Ready): WebhookRoute | null => {
    const { source } = evaluated;
    const { manifest } = source;
    if (!manifest?.webhook_url || !manifest.webhook?.verify) return null;
    const secret = manifest.webhook.verify.secret;
    const value = secret === undefined ? undefined : evaluated.values[secret]?.value;
    const room = rooms.open(source.id, evaluated);
    return {
      channel_id: source.id,
      path: manifest.webhook_url,
      webhook: manifest.webhook,
      // Several, separated by commas, while a secret is being changed.
      secrets:
        value === undefined
          ? []
          : String(value)
              .split(',')
              .map((each) => each.trim())
              .filter((each) => each !== ''),
      config: plainValues(evaluated),
      record: (event) => room.intake.record(event),
    };
  };

  const place = (id: string) => [`channels`, id, 'config'] as const;

  const look = async (): Promise<ChannelSource[]> => {
    builtins ??= await loadBuiltins(path.join(deps.dist_dir, 'plugins/channels'));
    const sources = await scanChannels({ home: config.home, builtins, bundle: bundleFolder });
    contested = contestedVariables(sources);
    return sources;
  };

  const channels: Channels = createChannels({
    async scan() {
      const sources = looked ?? (await look());
      looked = null;
      return sources;
    },
    now: () => clock.now(),
    stored: () => ledger.plugins(),
    async write(row, entry) {
      await ledger.commit({
        plugins: [row],
        audit: [
          {
            at: clock.now(),
            actor: entry.actor,
            action: entry.action,
            subject: row.id,
            decision: entry.decision,
            detail: entry.detail ?? null,
          },
        ],
      });
    },
    fileEntry: (id) => config.channels_config[id],
    resolve: (source, stored) =>
      resolveChannelConfig({ source, env: config.channelEnv, file_entry: config.channels_config[source.id], stored, contested }),
    approval: (source, stored, stated) => decideApproval({ source, entry: config.channels_config[source.id] ?? null, stored, stated }),
    openStored: (id, sealed) => JSON.parse(ledger.openText(sealed, ...place(id))) as Record<string, string | number | boolean>,
    sealStored: (id, values) => ledger.sealText(JSON.stringify(values), ...place(id)),
    newSecret: () => randomBytes(32).toString('base64url'),
    build,
    route: routeOf,
    hold: (id, reason) => rooms.get(id)?.outbox.hold(reason),
    on_state: onState,
  });

  return {
    channels,
    busChannel: (id: string): BusChannel | undefined => busChannels.get(id),
    /** What a message to a channel needs to know of it; null when there is no such channel. */
    outlet(id: string) {
      if (channels.source(id) === null) return null;
      const built = busChannels.get(id);
      const text_limit = built ? built.text_limit : channels.source(id)?.manifest?.limits?.text;
      return { text_limit, state: channels.show(id).state, plan: built ? built.outbox.plan : null };
    },
    /** Records an event for a channel whose platform is the host itself. */
    record: rooms.record,
    outboxCounts: (id: string) => rooms.get(id)?.outbox.counts() ?? null,
    wake: (id: string): void => rooms.get(id)?.outbox.wake(),
    /** Reads the folders without starting anything; says which channels may send an unknown delivery again. */
    async lookAhead(): Promise<(channel_id: string) => boolean> {
      const sources = await look();
      looked = sources;
      const idempotent = new Set(sources.flatMap((source) => (source.manifest?.send?.idempotent ? [source.id] : [])));
      return (id) => rooms.resendsUnknown(id, idempotent.has(id));
    },
    /** Messages that were not final when the host stopped: each goes into its lane when its channel is built. */
    async loadOpenMessages(): Promise<void> {
      for (let after = 0; ; ) {
        const rows = await ledger.openInbound(after, 1000);
        for (const row of rows) {
          const list = open.get(row.channel_id);
          if (list) list.push(row);
          else open.set(row.channel_id, [row]);
          after = row.seq;
        }
        if (rows.length < 1000) return;
      }
    },
    webhooks: (draining: () => boolean): Webhooks =>
      createWebhooks({
        clock,
        newId: deps.newId,
        route: (at) => channels.lookup(at),
        public_url: config.public_url,
        draining,
        on_refused(channel_id, reason) {
          if (channel_id !== null) deps.metrics.event(channel_id, 'refused');
          log.debug({ channel_id, reason }, 'a webhook request was refused');
        },
        on_recorded: (channel_id, duplicate) => deps.metrics.event(channel_id, duplicate ? 'duplicate' : 'new'),
        on_error: deps.on_error,
        probe: deps.probe,
      }),
    async close(): Promise<void> {
      await rooms.close();
      await channels.stop();
    },
  };
};

export type HostChannels = ReturnType<typeof createHostChannels>;
