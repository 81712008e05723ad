/** The second half of the composition root: what each channel is wired from, and the rooms that outlive its workers. */
import { compile } from '../../schemas/compile.ts';
import { AccountReport, DeliveryReport, InboundMessageInput, Receipt } from '../../schemas/message.ts';
import type { Metrics } from '../admin/metrics.ts';
import type { Bus } from '../bus/bus.ts';
import { sortReceived } from '../bus/received.ts';
import type { BusChannel } from '../bus/turn.ts';
import { createInboundSource } from '../capabilities/attachment-inbound.ts';
import { createPluginStorage } from '../capabilities/storage.ts';
import { type Config, messagePolicyOf, rateOf } from '../config.ts';
import type { Egress, SocketEgress } from '../egress/egress.ts';
import { createWebhooks, type Webhooks } from '../ingress/webhooks.ts';
import { isAttachmentId, outboundAttachments } from '../ledger/attachments.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { ledgerStorage } from '../ledger/plugin-storage.ts';
import type { Clock } from '../lib/clock.ts';
import { type Feed, feedEntry } from '../lib/feed.ts';
import type { NewId } from '../lib/ids.ts';
import type { Logger } from '../lib/logger.ts';
import type { Probe } from '../lib/probe.ts';
import { decideApproval } from '../registry/approval.ts';
import { type Channel, createChannel, type Generation, type Next } from '../registry/channel.ts';
import { readGrants } from '../registry/grant-record.ts';
import { createPluginRegistry, type PluginRegistry, type PluginRegistryDeps } from '../registry/plugin-registry.ts';
import type { Ready } from '../registry/serving.ts';
import type { FolderWatch } from '../registry/watch.ts';
import type { Sandbox } from '../sandbox/confined.ts';
import { createGeneration } from './channel-generation.ts';
import { createChannelRooms } from './channel-rooms.ts';
import { routeOf } from './channel-route.ts';
import { createInboundFiles } from './inbound-files.ts';
import type { PluginBundles } from './plugin-bundles.ts';
import { createPluginFolders } from './plugin-folders.ts';
import { notRunning, registryDeps, stateLevel } from './plugin-registry.ts';

export interface HostChannelsDeps {
  config: Config;
  log: Logger;
  clock: Clock;
  newId: NewId;
  ledger: Ledger;
  feed: Feed;
  metrics: Metrics;
  bus: Bus;
  egress: Egress & Partial<SocketEgress>;
  sandbox: Sandbox;
  bundles: PluginBundles;
  network_mode(): string;
  dist_dir: string;
  /** Development: plugin folders are watched, and the own ones need no new approval while they ask for no more. */
  reload: boolean;
  /** Nothing is started: a command works on the database alone. */
  offline: boolean;
  /** The process before this one ended without closing. */
  unclean: boolean;
  on_error(error: unknown, what: string): void;
  probe?: Probe | undefined;
}

export const createHostChannels = (deps: HostChannelsDeps) => {
  const { config, clock, ledger, log } = deps;
  const checks = { message: compile(InboundMessageInput), delivery_report: compile(DeliveryReport), account: compile(AccountReport) };
  const checkReceipt = compile(Receipt);
  const busChannels = new Map<string, BusChannel>();
  const folders = createPluginFolders({ ...deps, kind: 'channel' });
  let watch: FolderWatch | null = null;

  const rooms = createChannelRooms({ ...deps, busChannel: (id) => busChannels.get(id), channel: (id) => channels.get(id) });

  /** One for all generations of all channels: two of one channel share its quota. */
  const storage = createPluginStorage(ledgerStorage(ledger));

  const inboundFiles = createInboundFiles({ ledger, network_mode: deps.network_mode, channel: (id) => channels.get(id) });
  const inbound = createInboundSource({ isId: isAttachmentId, open: inboundFiles.open });

  const adopt = ({ source: { id } }: Ready, { manifest, digest }: Generation): void => {
    const room = rooms.open(id);
    if (!deps.offline) log.info({ channel_id: id, digest, version: manifest.version }, `channel ${id} is served by ${digest}`);
    room.configure(manifest);
    busChannels.set(id, {
      id,
      name: manifest.name,
      session_scope: manifest.session_scope ?? 'user_conversation',
      text_limit: manifest.limits?.text,
      outbox: room.outbox,
      policy: () => messagePolicyOf(config, id),
      rate: () => rateOf(config, id),
      error_reply: () => config.policy.channels?.[id]?.error_reply ?? null,
      notices: () => config.policy.channels?.[id]?.notices ?? null,
      typing({ conversation_key, thread_key, user_key }) {
        if (deps.network_mode() !== 'on') return;
        channels
          .get(id)
          ?.typing({ channel_id: id, conversation_key, thread_key, user_key })
          .catch((error) => deps.on_error(error, 'show that an answer is being made'));
      },
    });
    if (!deps.offline) deps.bus.adopt();
  };

  const makeChannel = (id: string, first: Next, on_state: () => void): Channel => {
    const room = rooms.open(id);
    const channel = createChannel(id, first, {
      sandbox: deps.sandbox,
      clock,
      log,
      intake: room.intake,
      outbox: room.outbox,
      tracker: room.tracker,
      faults: room.faults,
      sort: (received, event) => sortReceived(received, event, checks, deps.newId),
      checkReceipt,
      network_mode: deps.network_mode,
      on_state,
    });
    return deps.offline ? notRunning(channel) : channel;
  };

  const onState: PluginRegistryDeps<Channel>['on_state'] = (id, { state, reason, fix }, running) => {
    deps.metrics.channel(id, running);
    deps.feed.publish(feedEntry('channel', id, state, id));
    if (deps.offline) return;
    log[stateLevel(state)]({ channel_id: id, state, reason: reason ?? undefined, fix: fix ?? undefined }, `channel ${id} is ${state}`);
  };

  const channels: PluginRegistry<Channel> = createPluginRegistry<Channel>({
    ...registryDeps({ kind: 'channel', config, ledger, clock, contested: folders.contested }),
    ...folders.forTheRegistry,
    generation: (evaluated) =>
      createGeneration(
        {
          egress: deps.egress,
          public_url: config.public_url,
          budgets: config.policy.budgets,
          network_mode: deps.network_mode,
          record: rooms.record,
          storage,
          attachmentsOf: (channel_id, message_id) => outboundAttachments(ledger, channel_id, message_id),
          inbound,
        },
        evaluated,
        rooms.open(evaluated.source.id).tracker,
      ),
    adopt,
    runner: makeChannel,
    route: (evaluated) => routeOf(evaluated, (event) => rooms.open(evaluated.source.id).intake.record(event)),
    on_removed(id) {
      folders.forget(id);
      deps.metrics.channel(id, false);
      if (!deps.offline) log.info({ channel_id: id }, `channel ${id} was removed; what waits for it is held until its folder returns`);
    },
    on_error: deps.on_error,
    hold(id, reason) {
      if (!deps.offline) rooms.hold(id, reason);
    },
    on_state: onState,
  });

  deps.bundles.wanted(channels.needed);

  /** The channels whose deliveries may be repeated, by their approved manifest's word. */
  const idempotent = async (): Promise<ReadonlySet<string>> => {
    const [sources, stored] = await Promise.all([folders.lookAhead(), ledger.plugins()]);
    const ids = sources.flatMap((source) => {
      const row = stored.find(({ kind, id }) => kind === 'channel' && id === source.id) ?? null;
      const entry = config.channels_config[source.id] ?? null;
      const manifest = decideApproval({ source, entry, stored: row }).approved ? source.manifest : readGrants(row).manifest;
      return manifest?.send?.idempotent ? [source.id] : [];
    });
    return new Set(ids);
  };

  return {
    channels,
    busChannel: (id: string): BusChannel | undefined => busChannels.get(id),
    /** What a message to a channel needs to know of it; null when there is no such channel. */
    outlet(id: string) {
      if (!channels.has(id)) return null;
      const built = busChannels.get(id);
      const text_limit = built ? built.text_limit : channels.manifest(id)?.limits?.text;
      return { text_limit, state: channels.show(id).state, plan: built ? built.outbox.plan : null };
    },
    /** The bytes of what people sent, by its id. */
    inboundFile: inboundFiles.open,
    /** Records an event for a channel whose platform is the host itself. */
    record: rooms.record,
    outboxCounts: (id: string) => rooms.get(id)?.outbox.counts() ?? null,
    wake: (id: string): void => rooms.get(id)?.outbox.wake(),
    /** Reads the folders without starting anything; says which channels may send an unknown delivery again. */
    async lookAhead(): Promise<(channel_id: string) => boolean> {
      const ids = await idempotent();
      return (id) => rooms.resendsUnknown(id, ids.has(id));
    },
    /** Reads the folders and starts what may run; what waits for a channel that has gone is held. */
    async load(): Promise<void> {
      await channels.load();
      if (!deps.offline) await rooms.holdOrphans((id) => channels.has(id));
    },
    /** Development: from now on a changed folder is read again by itself. */
    async watch(): Promise<void> {
      watch = await folders.watch((ids) => {
        channels.changed(ids).catch((error) => deps.on_error(error, 'take up changed folders'));
      });
    },
    /** The network mode has changed: deliveries go out or wait, a start that it refused is tried again. */
    modeChanged(): void {
      for (const { id } of channels.list()) {
        channels.get(id)?.modeChanged();
        // Those too that stand in the database only.
        if (rooms.get(id)?.outbox.counts().held_by === 'network_mode') rooms.hold(id, 'network_mode');
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
      await watch?.close();
      await rooms.close();
      await channels.stop();
    },
  };
};

export type HostChannels = ReturnType<typeof createHostChannels>;
