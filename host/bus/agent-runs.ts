/** Calls of the agent for `dispatched` messages: a bounded number at once, each ended by `/stop` or the host's end. */

import type { InboundMessage } from '../../schemas/message.ts';
import { type Agent, type Reply, textReply } from '../agents/agent.ts';
import { callAgent } from '../agents/attempts.ts';
import type { AuditEntry, MessageChange, Unit, UnitResult } from '../db/unit.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { type Clock, isoTime } from '../lib/clock.ts';
import type { Gate } from '../lib/gate.ts';
import type { PlannedAnswer } from './answer.ts';
import { type Decided, type Entry, laneKey } from './entry.ts';
import { hasWritten } from './has-written.ts';

/** How many calls run at once, over all conversations. */
const AT_ONCE = 64;

type Called = Awaited<ReturnType<typeof callAgent>>;

const INTERRUPTED: Called = {
  outcome: {
    ok: false,
    code: 'INTERRUPTED_AFTER_WRITE',
    message:
      'The host stopped while this run was under way, and the run had written through a connector: begun anew, it might write again.',
    retryable: false,
  },
  attempts: 0,
};

export interface AgentRunsDeps {
  ledger: Ledger;
  clock: Clock;
  agent: Agent;
  plan(entry: Entry, person_id: string | null, replies: readonly Reply[]): PlannedAnswer;
  commit(unit: Unit): Promise<UnitResult | null>;
  /** Closed while no call may leave. */
  gate: Gate;
  /** Until it succeeds or the host stops. */
  firmly(work: () => Promise<void>, what: string): Promise<void>;
  /** Aborted when the host goes down. */
  stopping: AbortSignal;
  on_ended(entry: Entry, state: 'answered' | 'failed'): void;
  probe?: ((point: 'agent.answered', id: string) => void) | undefined;
}

export const createAgentRuns = (deps: AgentRunsDeps) => {
  const { ledger, clock } = deps;
  const calls = new Map<string, { controller: AbortController; thread_key: string | null }>();
  const waiting: (() => void)[] = [];
  let running = 0;

  const takePlace = (): Promise<void> => {
    if (running < AT_ONCE) {
      running++;
      return Promise.resolve();
    }
    return new Promise((resolve) => waiting.push(resolve));
  };

  const leavePlace = (): void => {
    const next = waiting.shift();
    if (next) next();
    else running--;
  };

  const failure = (entry: Entry, person_id: string | null, code: string, attempts: number): AuditEntry => ({
    at: clock.now(),
    actor: 'host',
    action: 'message.failed',
    person_id,
    subject: entry.id,
    decision: 'failed',
    detail: { channel_id: entry.channel.id, reason: code, attempts },
  });

  /** All outbound rows of a run and the inbound's `answered` are one transaction. */
  const record = async (entry: Entry, person_id: string | null, { outcome, attempts }: Called): Promise<void> => {
    const apology = outcome.ok || outcome.code === 'STOPPED' ? null : entry.channel.error_reply();
    const replies = outcome.ok ? outcome.replies : apology === null ? [] : [textReply(apology)];
    const answer = deps.plan(entry, person_id, replies);
    const state = outcome.ok ? 'answered' : 'failed';
    const change: MessageChange = {
      id: entry.id,
      from: ['dispatched'],
      state,
      reason: outcome.ok ? null : outcome.code,
      error: outcome.ok ? null : ledger.sealMessageError(entry.message, outcome.message),
      attempts,
      finished_at: clock.now(),
    };
    const audit = outcome.ok ? [] : [failure(entry, person_id, outcome.code, attempts)];
    const result = await deps.commit({ messages: answer.rows, message_changes: [change], audit });
    answer.launch(result);
    if (result === null) throw new Error('the answer could not be written');
    deps.on_ended(entry, state);
  };

  const request = ({ entry: { message, channel, received_at }, turn }: Decided) => ({
    message,
    session: { id: message.session_id ?? '', created_at: isoTime(turn.session?.created_at ?? received_at) },
    channel: { id: channel.id, name: channel.name },
  });

  /** One round of attempts; null when the network mode closed the door before there was an answer: then it begins anew. */
  const call = async (decided: Decided, signal: AbortSignal): Promise<Called | null> => {
    if (decided.entry.resumed && (await hasWritten(ledger, decided.entry.id))) return INTERRUPTED;
    while (!deps.gate.isOpen() && !signal.aborted) await deps.gate.passed(signal);
    await takePlace();
    try {
      if (deps.gate.isOpen()) decided.entry.channel.typing(decided.entry.message);
      const called = await callAgent(deps.agent, request(decided), signal, clock);
      return !called.outcome.ok && called.outcome.code === 'NETWORK_MODE_BLOCKED' ? null : called;
    } finally {
      leavePlace();
    }
  };

  return {
    /** Resolves when the answer is recorded; the lane waits for it. */
    async run(decided: Decided): Promise<void> {
      const { entry, turn } = decided;
      const key = laneKey(entry.message);
      const controller = new AbortController();
      calls.set(key, { controller, thread_key: entry.message.thread_key });
      try {
        const signal = AbortSignal.any([controller.signal, deps.stopping]);
        let called = await call(decided, signal);
        while (called === null) called = await call(decided, signal);
        const ended = called;
        // The host is going down: the message stays `dispatched` and is asked again at the next start.
        if (deps.stopping.aborted && !ended.outcome.ok) return;
        deps.probe?.('agent.answered', entry.id);
        await deps.firmly(() => record(entry, turn.person_id, ended), 'record the answer of the agent');
      } finally {
        calls.delete(key);
      }
    },
    /** Ends the call that runs in the conversation and thread of this message. */
    abort(message: Pick<InboundMessage, 'channel_id' | 'conversation_key' | 'thread_key'>): void {
      const call = calls.get(laneKey(message));
      if (call?.thread_key === message.thread_key) call.controller.abort();
    },
    running: (): number => calls.size,
  };
};
