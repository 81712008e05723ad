/**
 * The deliveries of one channel: in order within a conversation, many conversations at once, at most
 * `concurrency` in flight. Memory holds a window of them; what does not fit waits in the database.
 */
import type { OutboundMessage } from '../../schemas/message.ts';
import type { MessageChange, MessageRow, Unit, UnitResult } from '../db/unit.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { createBacklog } from '../lib/backlog.ts';
import type { Clock } from '../lib/clock.ts';
import type { Feed } from '../lib/feed.ts';
import { claimChange, type Delivery, deliveryAudit, deliveryOfRow, freesLane, newDelivery, settledChange } from './delivery.ts';
import { createDeliveryLanes, type Lane } from './delivery-lanes.ts';
import type { Pace } from './pace.ts';
import { closedBefore, type RequestsSeen, type SendEnd, type Settlement, type SettleOptions, settleSend, waitsOn } from './settle.ts';

/** What the outbox needs of a running channel. */
export interface Sender {
  /** Never rejects. */
  send(message: OutboundMessage): Promise<{ end: SendEnd; seen: RequestsSeen }>;
  /** The platform refused our account. */
  accountRefused(reason: string): void;
}

export interface OutboxOptions {
  channel_id: string;
  concurrency: number;
  /** Deliveries kept in memory at most. */
  window: number;
  max_age_ms: number;
  settle: Omit<SettleOptions, 'now' | 'attempts'>;
  pace: Pace;
}

export interface OutboxDeps {
  ledger: Ledger;
  clock: Clock;
  feed: Feed;
  /** `false` leaves out the audit rows of deliveries that went well. */
  audit_allowed: boolean;
  /** A delivery ended, for the metrics. */
  on_finished(state: Settlement['state'] | 'expired'): void;
  on_error(error: unknown, what: string): void;
  probe?: ((point: 'sending.committed' | 'send.ended', id: string) => void) | undefined;
}

/** How a new outbound row is to be written, and what to do when it was (or was not). */
export interface Plan {
  state: 'sending' | 'pending' | 'held';
  held_by: string | null;
  /** Called with the commit's result; null when the commit failed. */
  launch(row: MessageRow, message: OutboundMessage, result: UnitResult | null): void;
}

const PAGE = 200;
/** A write that failed is tried again after this time. */
const AGAIN_MS = 1000;
const NOT_RUNNING = { end: { fault: 'stopped', message: 'the channel stopped before the message left' }, seen: 'none' } as const;

export const createChannelOutbox = (deps: OutboxDeps, options: OutboxOptions) => {
  const { ledger, clock } = deps;
  const lanes = createDeliveryLanes();
  /** Lanes that could go on but for the number of messages in flight, first come first. */
  const stalled = new Set<string>();
  const flying = new Set<Promise<void>>();
  let sender: Sender | null = null;
  let held_by: string | null = 'starting';
  let inFlight = 0;
  let closed = false;

  const ready = (): boolean => sender !== null && held_by === null && !closed;

  const track = (work: Promise<void>): void => {
    const done = work.catch((error) => deps.on_error(error, 'deliver')).finally(() => flying.delete(done));
    flying.add(done);
  };

  const backlog = createBacklog({
    page: PAGE,
    ready,
    room: () => lanes.waiting() <= options.window / 2,
    read: (after_seq, limit) => ledger.waitingOutbound(options.channel_id, after_seq, limit),
    take(rows) {
      for (const row of rows) lanes.append(deliveryOfRow(row, ledger.outboundMessage(row)));
      for (const key of new Set(rows.map((row) => row.conversation_key))) advance(key);
    },
    track,
  });

  const publish = (delivery: Delivery, state: string): void => {
    const { id, conversation_key } = delivery;
    deps.feed.publish({ kind: 'message', channel_id: options.channel_id, id, direction: 'outbound', conversation_key, state });
  };

  const occupy = (lane: Lane): void => {
    lane.busy = true;
    inFlight++;
  };

  const vacate = (key: string, lane: Lane): void => {
    lane.busy = false;
    inFlight--;
    lanes.leave(key, lane);
  };

  /** The lane's next delivery, when it may be claimed now; arms a wake-up when it may be later. */
  const claimable = (key: string, lane: Lane): Delivery | null => {
    const head = lane.waiting[0];
    if (!head || lane.busy || !ready()) return null;
    if (inFlight >= options.concurrency) {
      stalled.add(key);
      return null;
    }
    const wait = Math.max((head.next_attempt_at ?? 0) - clock.now(), 0) || options.pace.take(key, clock.monotonic());
    if (wait <= 0) return head;
    lane.cancelWake?.();
    lane.cancelWake = clock.after(wait, () => {
      lane.cancelWake = null;
      advance(key);
    });
    return null;
  };

  /** After something changed: the lane's next delivery is claimed in a commit of its own. */
  const advance = (key: string): void => {
    const lane = lanes.get(key);
    const head = lane?.waiting[0];
    if (!lane || !head) return;
    if (!lane.busy && clock.now() - head.created_at > options.max_age_ms) {
      lanes.takeFirst(lane);
      occupy(lane);
      track(expire(key, lane, head));
      return;
    }
    const delivery = claimable(key, lane);
    if (!delivery) return;
    lanes.takeFirst(lane);
    occupy(lane);
    track(claim(key, lane, delivery));
  };

  const claim = async (key: string, lane: Lane, delivery: Delivery): Promise<void> => {
    let claimed: boolean;
    try {
      claimed = (await ledger.commit({ message_changes: [claimChange(delivery)] })).changed.has(delivery.id);
    } catch (error) {
      // Nothing has changed in the database, so the delivery waits as before.
      deps.on_error(error, 'claim a delivery');
      delivery.next_attempt_at = clock.now() + AGAIN_MS;
      lanes.putFirst(lane, delivery);
      vacate(key, lane);
      advance(key);
      return;
    }
    if (claimed) return fly(key, delivery);
    vacate(key, lane);
    advance(key);
  };

  const expire = async (key: string, lane: Lane, delivery: Delivery): Promise<void> => {
    const now = clock.now();
    const ended = { state: 'expired', reason: 'EXPIRED', attempts: delivery.attempts } as const;
    const change: MessageChange = { id: delivery.id, from: ['pending', 'held'], state: 'expired', reason: 'EXPIRED', finished_at: now };
    await commitFirmly({
      message_changes: [change, ...(await laterParts(lane, delivery, now))],
      audit: [deliveryAudit(delivery, 'delivery.finished', ended, now)],
    });
    deps.on_finished('expired');
    publish(delivery, 'expired');
    vacate(key, lane);
    advance(key);
  };

  /** The later parts of an answer whose earlier part did not arrive are not sent either, wherever they wait. */
  const laterParts = async (lane: Lane, delivery: Delivery, now: number): Promise<MessageChange[]> => {
    if (delivery.in_reply_to === null) return [];
    const parts = (await ledger.answersTo(delivery.in_reply_to)).filter((part) => (part.part ?? 0) > delivery.message.part);
    lanes.drop(lane, new Set(parts.map((part) => part.id)));
    return parts.map(({ id }) => ({ id, from: ['pending', 'held'], state: 'dead', reason: 'EARLIER_PART_FAILED', finished_at: now }));
  };

  /** Sends what is committed as `sending`. */
  const fly = async (key: string, delivery: Delivery): Promise<void> => {
    deps.probe?.('sending.committed', delivery.id);
    // The mode may have changed while the claim was on its way to the disk.
    const { end, seen } = sender && held_by !== 'network_mode' ? await sender.send(delivery.message) : NOT_RUNNING;
    deps.probe?.('send.ended', delivery.id);
    const settlement = closedBefore(end, seen, held_by)
      ? waitsOn(delivery.attempts)
      : settleSend(end, seen, { ...options.settle, now: clock.now(), attempts: delivery.attempts });
    if (settlement.account_refused) sender?.accountRefused(settlement.error ?? 'the platform refused our account');
    await settle(key, delivery, settlement);
  };

  /** Writes how a delivery ended, and in the same commit claims the lane's next. */
  const settle = async (key: string, delivery: Delivery, settlement: Settlement): Promise<void> => {
    const lane = lanes.open(key);
    const now = clock.now();
    const frees = freesLane(settlement);
    const error = settlement.error === null ? null : ledger.sealMessageError(delivery.message, settlement.error);
    const settled = settledChange(delivery, settlement, error, now);
    // It was in flight when the channel was held: it waits like those that were not.
    const waits = settled.state === 'pending' && held_by !== null;
    const changes: MessageChange[] = [waits ? { ...settled, state: 'held', held_by } : settled];
    if (frees && settlement.state !== 'sent') changes.push(...(await laterParts(lane, delivery, now)));
    if (!frees) {
      delivery.attempts = settlement.attempts;
      delivery.next_attempt_at = settlement.next_attempt_at;
      lanes.putFirst(lane, delivery);
    }
    const following = claimFollowing(key, lane, changes);
    const action = frees ? 'delivery.finished' : settlement.state === 'held' ? 'delivery.held' : 'delivery.retry';
    const quiet = settlement.state === 'sent' && !deps.audit_allowed;
    const result = await commitFirmly({ message_changes: changes, audit: quiet ? [] : [deliveryAudit(delivery, action, settlement, now)] });
    if (frees) deps.on_finished(settlement.state);
    publish(delivery, waits ? 'held' : settlement.state);
    if (following && result.changed.has(following.id)) track(fly(key, following));
    else {
      vacate(key, lane);
      advance(key);
    }
    admitStalled();
    backlog.refill();
  };

  /** The place of a delivery that ended goes to the next of its lane, when that may go now. */
  const claimFollowing = (key: string, lane: Lane, changes: MessageChange[]): Delivery | null => {
    lane.busy = false;
    inFlight--;
    const following = claimable(key, lane);
    if (following) {
      lanes.takeFirst(lane);
      changes.push(claimChange(following));
    }
    occupy(lane);
    return following;
  };

  /** What the platform said must not be forgotten because the disk was full for a moment. */
  const commitFirmly = async (unit: Unit): Promise<UnitResult> => {
    for (;;) {
      try {
        return await ledger.commit(unit);
      } catch (error) {
        if (closed) throw error;
        deps.on_error(error, 'record how a delivery ended');
        await new Promise<void>((resolve) => clock.after(AGAIN_MS, resolve));
      }
    }
  };

  /** A place became free: lanes that waited for one go on. */
  const admitStalled = (): void => {
    for (const key of stalled) {
      if (inFlight >= options.concurrency) return;
      stalled.delete(key);
      advance(key);
    }
  };

  /** A new delivery goes at once when nobody is before it, anywhere. */
  const mayGoAtOnce = (key: string): boolean =>
    lanes.get(key) === undefined &&
    !backlog.behind() &&
    ready() &&
    inFlight < options.concurrency &&
    options.pace.take(key, clock.monotonic()) === 0;

  const planAtOnce = (key: string): Plan => {
    const lane = lanes.open(key);
    occupy(lane);
    return {
      state: 'sending',
      held_by: null,
      launch(row, message, result) {
        const seq = result?.messages.get(row.id);
        if (seq !== undefined) {
          backlog.passed(seq);
          track(fly(key, newDelivery(row, seq, message)));
          return;
        }
        vacate(key, lane);
        advance(key);
      },
    };
  };

  const planLater = (key: string): Plan => {
    if (lanes.waiting() >= options.window) backlog.fallBehind();
    const lane = backlog.behind() ? null : lanes.open(key);
    if (lane) lane.planned++;
    else backlog.expect();
    return {
      state: held_by === null ? 'pending' : 'held',
      held_by,
      launch(row, message, result) {
        const seq = result?.messages.get(row.id);
        if (!lane) {
          backlog.missed(seq);
          backlog.refill();
          return;
        }
        lane.planned--;
        if (seq !== undefined && backlog.behind()) {
          // The channel was held or fell behind meanwhile: this one is read with the others, in its turn.
          backlog.expect();
          backlog.missed(seq);
          backlog.refill();
        } else if (seq !== undefined) {
          backlog.passed(seq);
          lanes.append(newDelivery(row, seq, message));
        }
        lanes.leave(key, lane);
        advance(key);
      },
    };
  };

  return {
    /** Decides, in the same turn as the commit that follows, whether a new delivery goes at once. */
    plan: (conversation_key: string): Plan => (mayGoAtOnce(conversation_key) ? planAtOnce(conversation_key) : planLater(conversation_key)),
    /** The channel runs: what waits goes out, in order. */
    open(running: Sender): void {
      sender = running;
      held_by = null;
      backlog.restart();
      backlog.refill();
      admitStalled();
    },
    /** The channel cannot send: what waits is held, and says what holds it. What is in flight ends by itself. */
    hold(reason: string): void {
      if (held_by === reason) return;
      held_by = reason;
      stalled.clear();
      backlog.restart();
      const changes = lanes.clear().map(({ id }): MessageChange => ({ id, from: ['pending'], state: 'held', held_by: reason }));
      if (changes.length > 0) track(ledger.commit({ message_changes: changes }).then(() => undefined));
    },
    /** A delivery was handed back by an operator: it is read from the database like any other. */
    wake(): void {
      backlog.restart();
      backlog.refill();
    },
    counts: () => ({ in_flight: inFlight, waiting: lanes.waiting(), held_by }),
    /** Waits for what is in flight; takes nothing new. */
    async close(): Promise<void> {
      closed = true;
      lanes.cancelWakes();
      while (flying.size > 0) await Promise.allSettled([...flying]);
    },
  };
};

export type ChannelOutbox = ReturnType<typeof createChannelOutbox>;
