/** Calls of the agent while the network mode closes and opens. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Agent, type AgentOutcome, textReply } from '../../../host/agents/agent.ts';
import { createAgentRuns } from '../../../host/bus/agent-runs.ts';
import type { Decided } from '../../../host/bus/entry.ts';
import type { Unit } from '../../../host/db/unit.ts';
import { createGate } from '../../../host/lib/gate.ts';
import { settled } from '../../support/fake-clock.ts';
import { openTestLedger, someInbound, type TestLedger } from '../ledger/fixture.ts';

let home: TestLedger;
let open: boolean;
let outcomes: AgentOutcome[];
let calls: number;
let commits: Unit[];
let stopping: AbortController;

const BROKEN: AgentOutcome = { ok: false, code: 'AGENT_REFUSED', message: '503', retryable: true };
const ANSWER: AgentOutcome = { ok: true, replies: [textReply('hello')] };

beforeEach(async () => {
  home = await openTestLedger();
  open = true;
  outcomes = [];
  calls = 0;
  commits = [];
  stopping = new AbortController();
});
afterEach(() => home.close());

const build = () => {
  const gate = createGate(() => open);
  const agent: Agent = {
    name: 'http',
    timeout_ms: 60_000,
    // As the real one: the door refuses what may not leave.
    async call() {
      if (!open) return { ok: false, code: 'NETWORK_MODE_BLOCKED', message: 'off', retryable: false };
      calls++;
      return outcomes.shift() ?? ANSWER;
    },
    close: async () => undefined,
  };
  const runs = createAgentRuns({
    ledger: home.ledger,
    clock: home.clock,
    agent,
    plan: () => ({ rows: [], launch: () => undefined }),
    async commit(unit) {
      commits.push(unit);
      return { events: new Map(), messages: new Map(), changed: new Set(), approvals: new Set(), evidence: new Set(), retired: 0 };
    },
    gate,
    firmly: (work) => work(),
    stopping: stopping.signal,
    on_ended: () => undefined,
  });
  const message = someInbound('m');
  const channel = { id: 'telegram', name: 'Telegram', error_reply: () => null, typing: () => undefined };
  const decided = { entry: { id: 'm', message, channel, received_at: 0 }, turn: { person_id: null, session: null } } as unknown as Decided;
  const turn = (to: boolean): void => {
    open = to;
    gate.changed();
  };
  return { runs, run: runs.run(decided), turn, message };
};
const states = (): unknown[] => commits.map((unit) => unit.message_changes?.[0]?.state);

describe('a call of the agent', () => {
  it('is not made while the mode is off, and is made when it returns', async () => {
    open = false;
    const { run, turn } = build();
    await settled();
    home.clock.advance(3_600_000);
    await settled();
    expect([calls, states()]).toEqual([0, []]);
    turn(true);
    await run;
    expect([calls, states()]).toEqual([1, ['answered']]);
  });

  it('that failed is not tried again while the mode is off, and never fails for it', async () => {
    outcomes = [BROKEN];
    const { run, turn } = build();
    await settled();
    turn(false);
    // The pause before the second attempt.
    home.clock.advance(1000);
    await settled();
    home.clock.advance(3_600_000);
    await settled();
    expect([calls, states()]).toEqual([1, []]);
    turn(true);
    await run;
    expect([calls, states()]).toEqual([2, ['answered']]);
  });

  it('waits again when the mode closes while it waits', async () => {
    open = false;
    const { run, turn } = build();
    turn(true);
    open = false;
    await settled();
    expect(calls).toBe(0);
    turn(true);
    await run;
    expect([calls, states()]).toEqual([1, ['answered']]);
  });

  it('that waits ends with /stop, and with the host', async () => {
    open = false;
    const stopped = build();
    await settled();
    stopped.runs.abort(stopped.message);
    await stopped.run;
    expect(commits[0]?.message_changes?.[0]).toMatchObject({ state: 'failed', reason: 'STOPPED' });
    const ended = build();
    await settled();
    stopping.abort();
    await ended.run;
    expect([calls, commits.length]).toEqual([0, 1]);
  });
});
