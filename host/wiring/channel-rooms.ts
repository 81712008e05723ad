/** What outlives a channel's workers: its events and its deliveries, whatever its state. */
import type { Manifest } from '../../schemas/manifest.ts';
import type { InboundEvent } from '../../schemas/message.ts';
import type { Metrics } from '../admin/metrics.ts';
import type { Bus } from '../bus/bus.ts';
import { createIntake, type Intake } from '../bus/intake.ts';
import { reportChange, type SortedReceived } from '../bus/received.ts';
import type { BusChannel } from '../bus/turn.ts';
import { createRequestTracker, type RequestTracker } from '../capabilities/request-tracker.ts';
import type { Config } from '../config.ts';
import type { MessageChange } from '../db/unit.ts';
import { withParsedBody } from '../ledger/event-record.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { type Clock, isoTime } from '../lib/clock.ts';
import type { Feed } from '../lib/feed.ts';
import type { NewId } from '../lib/ids.ts';
import type { Logger } from '../lib/logger.ts';
import type { Probe } from '../lib/probe.ts';
import { type ChannelOutbox, createChannelOutbox } from '../outbox/channel-outbox.ts';
import { createPace } from '../outbox/pace.ts';
import type { Channel } from '../registry/channel.ts';
import { createFaultHistory, type FaultHistory } from '../registry/fault-history.ts';
import { pluginBudget } from '../registry/plugin-budget.ts';
import { CapabilityError } from '../sandbox/confined.ts';

export interface ChannelRooms {
  intake: Intake;
  outbox: ChannelOutbox;
  tracker: RequestTracker;
  faults: FaultHistory;
  /** The manifest of the generation that serves: how deliveries are paced, and whether they may be repeated. */
  configure(manifest: Manifest): void;
}

export interface ChannelRoomsDeps {
  config: Config;
  log: Logger;
  clock: Clock;
  newId: NewId;
  ledger: Ledger;
  feed: Feed;
  metrics: Metrics;
  bus: Bus;
  /** The process before this one ended without closing. */
  unclean: boolean;
  busChannel(id: string): BusChannel | undefined;
  channel(id: string): Channel | null;
  on_error(error: unknown, what: string): void;
  probe?: Probe | undefined;
}

/** `receive` calls and deliveries of one channel under way at once. A send is one capability call or more, and the bridge takes 64. */
const RECEIVING = 32;
const SENDING = 48;
const WINDOW = 1_000;
const HOUR_MS = 3_600_000;
const PAGE = 200;

export const createChannelRooms = (deps: ChannelRoomsDeps) => {
  const { config, clock, ledger, log } = deps;
  const rooms = new Map<string, ChannelRooms>();

  /** Reports speak of deliveries, which the database knows; everything else goes to the bus at once, in order. */
  const accept = async (event: InboundEvent, received: SortedReceived): Promise<'done' | 'later'> => {
    const channel = deps.busChannel(event.channel_id);
    if (!channel) throw new Error(`channel ${event.channel_id} is gone`);
    const changes: MessageChange[] = [];
    for (const report of received.reports) {
      const row = await ledger.outboundByPlatformId(event.channel_id, report.platform_message_id);
      if (row) changes.push(reportChange(ledger, row, report));
      else if (received.messages.length === 0) return 'later';
    }
    for (const report of received.accounts) deps.channel(event.channel_id)?.account(report);
    const refused = received.refused.length > 0 ? received.refused.join('\n') : null;
    const change = {
      id: event.id,
      state: 'parsed',
      finished_at: clock.now(),
      ...(refused === null ? {} : { error_code: 'PARTLY_REFUSED', error: ledger.sealEventError(event.id, refused) }),
    } as const;
    await deps.bus.accept(channel, event, received.messages, change, { message_changes: changes });
    return 'done';
  };

  const open = (id: string): ChannelRooms => {
    const known = rooms.get(id);
    if (known) return known;
    let idempotent = false;
    let pace = createPace(undefined);
    let limits = '';
    let window = WINDOW;
    const made: ChannelRooms = {
      tracker: createRequestTracker(),
      faults: createFaultHistory(Math.random),
      configure(manifest) {
        idempotent = manifest.send?.idempotent === true;
        window = pluginBudget(manifest.budget, config.policy.budgets).queue;
        const asked = JSON.stringify(manifest.limits ?? null);
        // The same limits go on counting.
        if (asked !== limits) pace = createPace(manifest.limits);
        limits = asked;
      },
      intake: createIntake(
        {
          ledger,
          clock,
          accept,
          on_error: deps.on_error,
          on_dead(event, code, message) {
            log.error({ channel_id: id, event_id: event.event_id, code }, `an event was given up: ${message.split('\n')[0]}`);
            deps.metrics.event(id, 'dead');
            if (code === 'POISON') deps.channel(id)?.forgive(3);
          },
          probe: deps.probe,
        },
        {
          channel_id: id,
          concurrency: RECEIVING,
          get window() {
            return window;
          },
        },
      ),
      outbox: createChannelOutbox(
        {
          ledger,
          clock,
          feed: deps.feed,
          audit_allowed: config.audit_log_enabled,
          on_finished: (state) => deps.metrics.delivery(id, state),
          on_error: deps.on_error,
          probe: deps.probe,
        },
        {
          channel_id: id,
          concurrency: SENDING,
          window: WINDOW,
          get max_age_ms() {
            return (config.policy.outbox?.max_age_hours ?? 24) * HOUR_MS;
          },
          settle: {
            get max_attempts() {
              return config.policy.outbox?.max_attempts ?? 8;
            },
            get resend_unknown() {
              return resendsUnknown(id, idempotent);
            },
            backoff: { first_ms: 1000, longest_ms: 300_000, random: Math.random },
          },
          pace: { take: (conversation_key, now) => pace.take(conversation_key, now) },
        },
      ),
    };
    if (deps.unclean) made.intake.markUnclean();
    rooms.set(id, made);
    return made;
  };

  const resendsUnknown = (id: string, idempotent: boolean): boolean => idempotent || config.policy.channels?.[id]?.on_unknown === 'resend';

  /** Deliveries that stand in the database only say too that they are held, and by what. */
  const holdStored = async (id: string, reason: string): Promise<void> => {
    for (let after = 0; ; ) {
      const rows = await ledger.waitingOutbound(id, after, PAGE);
      const pending = rows.filter(({ state }) => state === 'pending');
      const changes = pending.map((row): MessageChange => ({ id: row.id, from: ['pending'], state: 'held', held_by: reason }));
      if (changes.length > 0) await ledger.commit({ message_changes: changes });
      if (rows.length < PAGE) return;
      after = rows.at(-1)?.seq ?? after;
    }
  };

  const record = (id: string, event_id: string, body: string): Promise<{ duplicate: boolean }> => {
    const room = rooms.get(id);
    if (!room) return Promise.reject(new CapabilityError('CHANNEL_UNAVAILABLE', `channel ${id} takes no events now`));
    return room.intake.record(
      withParsedBody({
        id: deps.newId(),
        event_id,
        channel_id: id,
        received_at: isoTime(clock.now()),
        source: 'emit',
        path: '',
        query: {},
        headers: {},
        content_type: 'application/json',
        body,
      }),
    );
  };

  return {
    /** The rooms of a channel, made when it is built for the first time. */
    open,
    get: (id: string): ChannelRooms | undefined => rooms.get(id),
    /** Records an event whose platform is not a webhook: a poller's, a socket's, the chat page's. */
    record,
    /** The channel does not serve, for longer than a start takes. */
    hold(id: string, reason: string): void {
      rooms.get(id)?.outbox.hold(reason);
      holdStored(id, reason).catch((error) => deps.on_error(error, 'hold deliveries'));
    },
    /** Deliveries of channels that are not there any more. */
    async holdOrphans(exists: (id: string) => boolean): Promise<void> {
      const waiting = await ledger.countOpenMessages();
      const ids = waiting.flatMap(({ direction, channel_id }) => (direction === 'outbound' && !exists(channel_id) ? [channel_id] : []));
      for (const id of new Set(ids)) await holdStored(id, 'removed');
    },
    /** Whether a delivery of which nobody knows may be sent again. */
    resendsUnknown,
    async close(): Promise<void> {
      for (const room of rooms.values()) room.intake.close();
      await Promise.all([...rooms.values()].map((room) => room.outbox.close()));
    },
  };
};
