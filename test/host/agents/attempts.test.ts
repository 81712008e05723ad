import { afterEach, describe, expect, it } from 'vitest';
import type { Agent, AgentOutcome, AgentRequest } from '../../../host/agents/agent.ts';
import { callAgent } from '../../../host/agents/attempts.ts';
import { createEchoAgent } from '../../../host/agents/echo.ts';
import { createFakeClock, type FakeClock, settled } from '../../support/fake-clock.ts';
import { someInbound } from '../ledger/fixture.ts';

const REQUEST: AgentRequest = {
  message: someInbound('m'),
  session: { id: 's', created_at: '2026-01-01T00:00:00.000Z' },
  channel: { id: 'telegram', name: 'Telegram' },
};
const GOOD: AgentOutcome = { ok: true, replies: [] };
const BAD: AgentOutcome = { ok: false, code: 'AGENT_REFUSED', message: 'the agent answered 500', retryable: true };

const TIMEOUT = 60_000;

/** An agent that answers from a list, and never once the list is at its end; it ends when its signal says so. */
const agentOf = (clock: FakeClock, outcomes: readonly AgentOutcome[], takes_ms = 0) => {
  const called_at: number[] = [];
  const agent: Agent = {
    name: 'scripted',
    timeout_ms: TIMEOUT,
    call: (_request, signal) =>
      new Promise((resolve) => {
        const outcome = outcomes[called_at.length];
        called_at.push(clock.monotonic());
        const cancel = outcome && takes_ms > 0 ? clock.after(takes_ms, () => resolve(outcome)) : undefined;
        signal.addEventListener('abort', () => {
          cancel?.();
          resolve({ ok: false, code: 'AGENT_UNREACHABLE', message: 'aborted', retryable: false });
        });
        if (outcome && !cancel) resolve(outcome);
      }),
    close: async () => undefined,
  };
  return { agent, called_at };
};

const clocks: FakeClock[] = [];
const newClock = (): FakeClock => {
  const clock = createFakeClock();
  clocks.push(clock);
  return clock;
};
afterEach(() => {
  // Whatever way a call ends, it leaves no timer behind.
  expect(clocks.splice(0).filter((clock) => clock.armed() > 0)).toEqual([]);
});

/** Lets time pass second by second until the call is over. */
const through = async <Value>(clock: FakeClock, work: Promise<Value>, seconds = 200): Promise<Value> => {
  let over = false;
  void work.finally(() => (over = true));
  for (let second = 0; second < seconds && !over; second++) {
    await settled();
    if (!over) clock.advance(1000);
  }
  return work;
};

describe('the attempts of a call', () => {
  it('are three, one and five seconds apart', async () => {
    const clock = newClock();
    const { agent, called_at } = agentOf(clock, [BAD, BAD, BAD, GOOD]);
    expect(await through(clock, callAgent(agent, REQUEST, new AbortController().signal, clock))).toEqual({ outcome: BAD, attempts: 3 });
    expect(called_at).toEqual([0, 1000, 6000]);
  });

  it('end with the first that succeeds', async () => {
    const clock = newClock();
    const { agent, called_at } = agentOf(clock, [BAD, GOOD, GOOD]);
    expect(await through(clock, callAgent(agent, REQUEST, new AbortController().signal, clock))).toEqual({ outcome: GOOD, attempts: 2 });
    expect(called_at).toHaveLength(2);
  });

  it('end with the first that must not be repeated', async () => {
    const clock = newClock();
    const final: AgentOutcome = { ...BAD, retryable: false };
    expect(await callAgent(agentOf(clock, [final]).agent, REQUEST, new AbortController().signal, clock)).toEqual({
      outcome: final,
      attempts: 1,
    });
  });

  it('all stay within twice the timeout: the last is ended when it is over', async () => {
    const clock = newClock();
    const { agent, called_at } = agentOf(clock, [BAD, BAD, BAD], 59_500);
    const { outcome, attempts } = await through(clock, callAgent(agent, REQUEST, new AbortController().signal, clock));
    expect([called_at[0], attempts]).toEqual([0, 2]);
    expect(outcome).toMatchObject({ ok: false, code: 'AGENT_TIMEOUT', retryable: false });
    expect(clock.monotonic()).toBeLessThanOrEqual(2 * TIMEOUT);
  });

  it('are not begun when the wait alone would pass that time', async () => {
    const clock = newClock();
    const { agent } = agentOf(clock, [BAD, BAD], 119_000);
    expect(await through(clock, callAgent(agent, REQUEST, new AbortController().signal, clock))).toEqual({ outcome: BAD, attempts: 1 });
  });

  it('are stopped in the middle of a call', async () => {
    const clock = newClock();
    const stop = new AbortController();
    const called = callAgent(agentOf(clock, []).agent, REQUEST, stop.signal, clock);
    await settled();
    stop.abort();
    expect(await called).toMatchObject({ outcome: { code: 'STOPPED', retryable: false }, attempts: 1 });
  });

  it('are stopped in a wait, at once', async () => {
    const clock = newClock();
    const stop = new AbortController();
    const called = callAgent(agentOf(clock, [BAD, GOOD]).agent, REQUEST, stop.signal, clock);
    await settled();
    stop.abort();
    expect(await called).toMatchObject({ outcome: { code: 'STOPPED' }, attempts: 1 });
  });

  it('are none when it was stopped before', async () => {
    const clock = newClock();
    const { agent, called_at } = agentOf(clock, [GOOD]);
    expect(await callAgent(agent, REQUEST, AbortSignal.abort(), clock)).toMatchObject({ outcome: { code: 'STOPPED' }, attempts: 0 });
    expect(called_at).toEqual([]);
  });

  it('keep an answer that came although the call was being stopped', async () => {
    const clock = newClock();
    const stop = new AbortController();
    const call = async (): Promise<AgentOutcome> => {
      stop.abort();
      return GOOD;
    };
    const agent: Agent = { name: 'late', timeout_ms: TIMEOUT, call, close: async () => undefined };
    expect(await callAgent(agent, REQUEST, stop.signal, clock)).toEqual({ outcome: GOOD, attempts: 1 });
  });
});

describe('the echo agent', () => {
  const echo = (fields: Parameters<typeof someInbound>[1]) => createEchoAgent().immediate?.(someInbound('m', fields));

  it('answers with the text it got, as it was', () => {
    expect(echo({ text: '  two\nlines ' })).toEqual([{ text: '  two\nlines ', attachments: [], buttons: [] }]);
  });

  it.each([
    [{ text: null, type: 'image' as const, attachments: [{ type: 'image' as const }, { type: 'document' as const }] }, '(image, document)'],
    [{ text: ' ', type: 'location' as const }, '(location)'],
  ])('names what came without a text', (fields, text) => {
    expect(echo(fields)?.[0]?.text).toBe(text);
  });
});

it('a wait that the agent asks for is kept when it is longer than ours, and ends the attempts when it does not fit', async () => {
  const clock = newClock();
  const later = (retry_after_ms: number): AgentOutcome => ({ ...BAD, retry_after_ms }) as AgentOutcome;
  const { agent, called_at } = agentOf(clock, [later(10), later(20_000), GOOD]);
  const signal = new AbortController().signal;
  expect(await through(clock, callAgent(agent, REQUEST, signal, clock))).toEqual({ outcome: GOOD, attempts: 3 });
  expect(called_at).toEqual([0, 1000, 21_000]);
  const long = agentOf(clock, [later(2 * TIMEOUT), GOOD]);
  expect(await callAgent(long.agent, REQUEST, signal, clock)).toMatchObject({ attempts: 1, outcome: { ok: false } });
});
