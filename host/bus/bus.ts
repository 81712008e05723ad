/**
 * From parsed events to decided messages. A message whose lane is free is decided while its event is
 * on the way to the disk, and both are written in one transaction; in a busy lane it is written as
 * `received` and decided when its turn comes. Nothing leaves the process before a commit.
 */
import type { InboundEvent, InboundMessage } from '../../schemas/message.ts';
import type { Agent, Reply } from '../agents/agent.ts';
import { commandWord } from '../commands/command.ts';
import type { EventChange, Unit, UnitResult } from '../db/unit.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { Clock } from '../lib/clock.ts';
import { deferred } from '../lib/deferred.ts';
import type { Feed } from '../lib/feed.ts';
import type { Gate } from '../lib/gate.ts';
import type { NewId } from '../lib/ids.ts';
import type { People } from '../people/people.ts';
import type { Sessions } from '../sessions/sessions.ts';
import { createAgentRuns } from './agent-runs.ts';
import { ALBUM_WAIT_MS, joinAlbum } from './album.ts';
import { type PlannedAnswer, planAnswer } from './answer.ts';
import { createCommitOrder } from './commit-order.ts';
import type { Steps } from './decide-turn.ts';
import { createDecisionUnits } from './decision-unit.ts';
import { type Decided, type Entry, laneKey } from './entry.ts';
import { createLanes } from './lanes.ts';
import { stopsCall } from './stop-call.ts';
import type { BusChannel, Ending, Turn } from './turn.ts';
import { createWaiting } from './waiting.ts';

export interface BusDeps {
  ledger: Ledger;
  clock: Clock;
  newId: NewId;
  feed: Feed;
  people: People;
  sessions: Pick<Sessions, 'forget'>;
  steps: Steps;
  agent: Agent;
  /** `false` leaves out the audit rows of allowed traffic. */
  audit_allowed: boolean;
  channel(id: string): BusChannel | undefined;
  /** Closed while the network mode is off: messages are kept as `received` and run when it allows. */
  gate: Gate;
  isPaired(channel_id: string, user_key: string | null): boolean;
  on_message(channel_id: string, state: string, latency_ms: number | null): void;
  on_error(error: unknown, what: string): void;
  probe?: ((point: 'decision.made' | 'agent.answered', id: string) => void) | undefined;
}

/** A write that failed is tried again after this time. */
const AGAIN_MS = 1000;

export const createBus = (deps: BusDeps) => {
  const { ledger, clock } = deps;
  const now = (): number => clock.now();
  const stopping = new AbortController();
  const units = createDecisionUnits({ ledger, now, audit_allowed: deps.audit_allowed });

  const plan = (entry: Entry, person_id: string | null, replies: readonly Reply[]): PlannedAnswer =>
    planAnswer({ ledger, newId: deps.newId, now }, entry.channel, entry.message, person_id, replies);

  const report = (entry: Entry, state: string): void => {
    const { channel, message, id } = entry;
    deps.on_message(channel.id, state, state === 'answered' ? Math.max(0, clock.now() - entry.received_at) : null);
    deps.feed.publish({
      kind: 'message',
      channel_id: channel.id,
      id,
      direction: 'inbound',
      conversation_key: message.conversation_key,
      state,
    });
  };

  const commitOrNull = async (unit: Unit): Promise<UnitResult | null> => {
    try {
      return await ledger.commit(unit);
    } catch (error) {
      deps.on_error(error, 'write a decision');
      return null;
    }
  };

  /** Again after a second until it succeeds or the host stops: a full disk must not lose a decision. */
  const firmly = async (work: () => Promise<void>, what: string): Promise<void> => {
    for (;;) {
      try {
        return await work();
      } catch (error) {
        deps.on_error(error, what);
        if (stopping.signal.aborted) return;
        await new Promise<void>((resolve) => clock.after(AGAIN_MS, resolve));
      }
    }
  };

  const agentRuns = createAgentRuns({
    ledger,
    clock,
    agent: deps.agent,
    plan,
    commit: commitOrNull,
    gate: deps.gate,
    firmly,
    stopping: stopping.signal,
    on_ended: report,
    probe: deps.probe,
  });

  const turnOf = (entry: Entry): Turn => ({
    channel: entry.channel,
    message: entry.message,
    received_at: entry.received_at,
    command: commandWord(entry.message.text),
    agent: deps.agent.name,
    session: null,
    session_rows: [],
    person_id: null,
    new_person: null,
    pairing: null,
    facts: {},
    trail: [],
  });

  const decide = async (entry: Entry, joined: readonly Entry[]): Promise<Decided> => {
    const turn = turnOf(entry);
    const person = await deps.people.resolve(entry.channel.id, entry.message.user_key);
    turn.person_id = person?.person_id ?? null;
    turn.new_person = person?.added ?? null;
    // A repeated call names the session that the first one named, whatever became of it since.
    if (entry.resumed && entry.message.session_id !== null) turn.session = (await ledger.sessionById(entry.message.session_id)) ?? null;
    const ending: Ending = entry.resumed ? { state: 'dispatched', reason: null, replies: [] } : await deps.steps.run(turn);
    const answer = plan(entry, turn.person_id, ending.replies);
    deps.probe?.('decision.made', entry.id);
    return { entry, turn, ending, answer, joined };
  };

  /** After the commit of a decision: what it allows may happen now. */
  const settled = ({ entry, turn, ending, answer }: Decided, result: UnitResult | null, stands: boolean): void => {
    answer.launch(result);
    if (result === null) {
      // What memory believes of sessions and people was not written: it is asked anew.
      for (const { session_key } of turn.session_rows) deps.sessions.forget(session_key);
      if (turn.new_person) deps.people.forget(turn.new_person.channel_id, turn.new_person.user_key);
      return;
    }
    if (stands) report(entry, ending.state);
    else deps.on_message(entry.channel.id, 'duplicate', null);
  };

  /** The lane moves on when the decision stands in the writer's queue: what follows can then only be written later. */
  const takeFreshTurn = async (entry: Entry, { decided, queued }: NonNullable<Entry['fresh']>): Promise<void> => {
    let decision: Decided;
    try {
      decision = await decide(entry, []);
    } catch (error) {
      decided.reject(error);
      return;
    }
    decided.resolve(decision);
    await queued;
    if (decision.ending.state !== 'dispatched') return;
    const result = await entry.stored;
    if (result?.messages.has(entry.id)) await agentRuns.run(decision);
  };

  const takeTurn = async (entry: Entry, key: string): Promise<void> => {
    if (entry.fresh) return takeFreshTurn(entry, entry.fresh);
    if (entry.stored !== null) {
      const stored = await entry.stored;
      if (!stored?.messages.has(entry.id)) {
        if (stored) deps.on_message(entry.channel.id, 'duplicate', null);
        return;
      }
    }
    await firmly(() => runWaiting(entry, key), 'decide a message');
  };

  const runWaiting = async (entry: Entry, key: string): Promise<void> => {
    while (!deps.gate.isOpen()) {
      if (stopping.signal.aborted) return;
      await deps.gate.passed(stopping.signal);
    }
    const joined = entry.message.album_key === null ? [] : await waitForAlbum(entry, key);
    await Promise.all(joined.map((part) => part.stored));
    joinAlbum(
      entry.message,
      joined.map((part) => part.message),
    );
    const decided = await decide(entry, joined);
    const result = await commitOrNull(units.waiting(decided));
    const stands = result?.changed.has(entry.id) ?? false;
    settled(decided, result, stands);
    if (result === null) throw new Error('the decision could not be written');
    for (const part of joined) waiting.leaves(part.id);
    if (decided.ending.state === 'dispatched' && stands) await agentRuns.run(decided);
  };

  const waitForAlbum = async (entry: Entry, key: string): Promise<Entry[]> => {
    const parts: Entry[] = [];
    for (;;) {
      await new Promise<void>((resolve) => clock.after(ALBUM_WAIT_MS, resolve));
      const more = lanes.takeWhile(key, (other) => other.message.album_key === entry.message.album_key);
      if (more.length === 0) return parts;
      parts.push(...more);
    }
  };

  const order = createCommitOrder();
  const lanes = createLanes<Entry>((entry, key) =>
    takeTurn(entry, key)
      .catch((error) => deps.on_error(error, 'run a lane'))
      .finally(() => waiting.leaves(entry.id)),
  );

  const waiting = createWaiting({
    ledger,
    gate: deps.gate,
    inLanes: () => lanes.size(),
    on_error: deps.on_error,
    enter(row) {
      const channel = deps.channel(row.channel_id);
      if (!channel) return;
      const message = ledger.inboundMessage(row);
      const resumed = row.state === 'dispatched' && deps.agent.call !== undefined;
      waiting.entered(row.id);
      lanes.enter(laneKey(message), { id: row.id, message, received_at: row.received_at, channel, fresh: null, stored: null, resumed });
    },
  });

  /**
   * The call that runs is ended now; the answer to /stop itself waits for its turn. Only the commit knows
   * that this is no repetition, which would end a later call; what runs until then stands before the /stop.
   */
  const stopWhenNew = async (message: InboundMessage, stored: Promise<UnitResult | null>): Promise<void> => {
    const result = await stored;
    if (result?.messages.has(message.id)) agentRuns.abort(message);
  };

  /** Puts a message into its lane, unless it `waits` in the database; the decision is null when somebody is before it. */
  const enter = (
    channel: BusChannel,
    event: InboundEvent,
    message: InboundMessage,
    commit: { stored: Promise<UnitResult | null>; queued: Promise<void> },
  ): { entry: Entry; decided: Promise<Decided> | null; waits: boolean } => {
    const key = laneKey(message);
    const entry: Entry = {
      id: message.id,
      message,
      received_at: Date.parse(event.received_at),
      channel,
      fresh: null,
      stored: commit.stored,
      resumed: false,
    };
    if (deps.gate.isOpen() && !lanes.free(key) && stopsCall(message, channel, deps.isPaired)) void stopWhenNew(message, commit.stored);
    if (!waiting.mayEnter()) {
      waiting.expect();
      return { entry, decided: null, waits: true };
    }
    const decided = message.album_key === null && lanes.free(key) ? deferred<Decided>() : null;
    if (decided) entry.fresh = { decided, queued: commit.queued };
    waiting.entered(entry.id);
    lanes.enter(key, entry);
    return { entry, decided: decided?.promise ?? null, waits: false };
  };

  return {
    /**
     * Takes the messages of one parsed event, in order, and commits them together with the event's own
     * change. Rejects when that could not be written: the event then still stands as `received`.
     */
    async accept(
      channel: BusChannel,
      event: InboundEvent,
      messages: readonly InboundMessage[],
      change: EventChange,
      extra: Unit,
    ): Promise<void> {
      const stored = deferred<UnitResult | null>();
      const queued = deferred<void>();
      const entered = messages.map((message) => enter(channel, event, message, { stored: stored.promise, queued: queued.promise }));
      const turnToWrite = order.follow(messages.map(laneKey), queued.promise);
      const outcomes = await Promise.allSettled(entered.map((each) => each.decided));
      const decided = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' && outcome.value ? [outcome.value] : []));
      const failed = outcomes.find((outcome) => outcome.status === 'rejected');
      let result: UnitResult | null = null;
      try {
        await turnToWrite;
        if (failed) throw failed.reason;
        const waiting = entered.filter((each) => each.decided === null).map((each) => units.received(each.entry, event.id));
        const commit = ledger.commit(units.event(decided, waiting, change, extra));
        queued.resolve();
        result = await commit;
      } finally {
        queued.resolve();
        stored.resolve(result);
        for (const each of decided) settled(each, result, result?.messages.has(each.entry.id) ?? false);
        for (const { entry, waits } of entered) {
          if (waits) waiting.missed(result?.messages.get(entry.id));
          else waiting.stands(result?.messages.get(entry.id));
        }
      }
    },
    /** A channel is there: its messages that are not final go into their lanes. */
    adopt: (): void => waiting.restart(),
    /**
     * A message of the host's own is on its way to the database, from where its lane takes it. To be called before its
     * commit; what it answers with is told the row's `seq` after it, or that there is none.
     */
    announce(): (seq: number | undefined) => void {
      waiting.expect();
      return (seq) => waiting.missed(seq);
    },
    /** The network mode has changed. */
    modeChanged(): void {
      deps.gate.changed();
      waiting.refill();
    },
    counts: () => ({ in_lanes: lanes.size(), agent_calls: agentRuns.running() }),
    /** Ends agent calls; their messages stay `dispatched` and are asked again at the next start. */
    stop(): void {
      stopping.abort();
    },
  };
};

export type Bus = ReturnType<typeof createBus>;
