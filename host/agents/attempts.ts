/**
 * The schedule of agent calls: 3 attempts, 1 s and 5 s apart or as late as the agent says, all inside twice its timeout.
 * The platform has its acknowledgement already; only the lane of this conversation waits.
 */
import type { Clock } from '../lib/clock.ts';
import type { Agent, AgentOutcome, AgentRequest } from './agent.ts';

const WAITS_MS = [1000, 5000];

const pause = (clock: Clock, ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const done = () => {
      cancel();
      signal.removeEventListener('abort', done);
      resolve();
    };
    const cancel = clock.after(ms, done);
    signal.addEventListener('abort', done);
  });

const STOPPED: AgentOutcome = { ok: false, code: 'STOPPED', message: 'the call was stopped', retryable: false };

const late = (ms: number): AgentOutcome => ({
  ok: false,
  code: 'AGENT_TIMEOUT',
  message: `the agent gave no answer within ${Math.round(ms / 1000)} seconds, all attempts together`,
  retryable: false,
});

interface Called {
  outcome: AgentOutcome;
  /** How many calls were made. */
  attempts: number;
}

const tryAgain = async (agent: Agent, request: AgentRequest, signal: AbortSignal, clock: Clock, until: number): Promise<Called> => {
  for (let attempt = 1; ; attempt++) {
    if (signal.aborted || !agent.call) return { outcome: STOPPED, attempts: attempt - 1 };
    const outcome = await agent.call(request, signal);
    if (signal.aborted && !outcome.ok) return { outcome: STOPPED, attempts: attempt };
    const least = WAITS_MS[attempt - 1];
    if (outcome.ok || !outcome.retryable || least === undefined) return { outcome, attempts: attempt };
    const wait = Math.max(least, outcome.retry_after_ms ?? 0);
    if (clock.monotonic() + wait >= until) return { outcome, attempts: attempt };
    await pause(clock, wait, signal);
  }
};

/** Never rejects. An attempt that is still under way when the time of all is up is ended. */
export const callAgent = async (agent: Agent, request: AgentRequest, signal: AbortSignal, clock: Clock): Promise<Called> => {
  const whole = 2 * agent.timeout_ms;
  const timeIsUp = new AbortController();
  const cancel = clock.after(whole, () => timeIsUp.abort());
  try {
    const called = await tryAgain(agent, request, AbortSignal.any([signal, timeIsUp.signal]), clock, clock.monotonic() + whole);
    const isLate = called.outcome === STOPPED && !signal.aborted && timeIsUp.signal.aborted;
    return isLate ? { outcome: late(whole), attempts: called.attempts } : called;
  } finally {
    cancel();
  }
};
