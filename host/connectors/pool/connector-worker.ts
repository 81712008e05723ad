/** One worker of one generation of a connector: what is asked of it, and how long that may take. */
import type { Clock } from '../../lib/clock.ts';
import type { Generation } from '../../registry/generation.ts';
import type { Failed, Worker } from '../../registry/life.ts';
import { createOpenCalls } from '../../registry/open-calls.ts';
import type { CallResult, ConfinedAdapter, Json } from '../../sandbox/confined.ts';
import type { CallLimits, Outcome } from '../connector.ts';
import type { OpenRequests } from './open-requests.ts';
import { outcomeOf } from './outcome.ts';

/** How it finds itself; it lives in any case. */
export type Began = { kind: 'ok' } | { kind: 'unconfigured'; reason: string } | { kind: 'unwell'; reason: string };

export interface ConnectorWorker extends Worker<Began> {
  /** It has ended, and its exit is not told yet. */
  gone(): boolean;
  /** Whether it has a word of its own about its configuration or health. */
  readonly tells: boolean;
  call(operation: string, params: Record<string, unknown>, limits: CallLimits): Promise<Outcome>;
}

/** Then it counts as unwell; what it was asked may go on for longer. */
const HEALTH_DEADLINE_MS = 5_000;

const refused = (result: CallResult): boolean => result.ok && result.value === false;
const ended = (result: Extract<CallResult, { ok: false }>): boolean => result.fault === 'died' || result.fault === 'deadline';

export const createConnectorWorker = (
  { budget, scrub = (text) => text }: Generation,
  adapter: ConfinedAdapter,
  { clock, requests }: { clock: Clock; requests: OpenRequests },
): ConnectorWorker => {
  const calls = createOpenCalls(clock);
  let gone = false;
  /** The last question about its health, while it is open: a second one would say nothing new. */
  let asked: Promise<CallResult> | null = null;

  const askHealth = (): Promise<CallResult> => {
    asked ??= adapter.call('healthCheck', [], { timeout_ms: budget.network_ms }).finally(() => {
      asked = null;
    });
    return asked;
  };

  /** null when it has not answered in time. */
  const health = (): Promise<CallResult | null> =>
    new Promise((resolve) => {
      const cancel = clock.after(HEALTH_DEADLINE_MS, () => resolve(null));
      void askHealth().then((result) => {
        cancel();
        resolve(result);
      });
    });

  const judgeConfig = async (): Promise<Began | Failed> => {
    if (!adapter.methods.has('validateConfig')) return { kind: 'ok' };
    const result = await adapter.call('validateConfig', [], { timeout_ms: budget.receive_ms });
    if (!result.ok && ended(result)) return { kind: 'ended', reason: `validateConfig: ${result.message}` };
    if (!result.ok) return { kind: 'unconfigured', reason: `Its validateConfig failed: ${scrub(result.message)}` };
    return refused(result)
      ? { kind: 'unconfigured', reason: 'Its validateConfig says that its configuration does not do.' }
      : { kind: 'ok' };
  };

  const judgeHealth = async (): Promise<Began | Failed> => {
    if (!adapter.methods.has('healthCheck')) return { kind: 'ok' };
    const result = await health();
    if (result === null) return { kind: 'unwell', reason: `Its healthCheck did not answer within ${HEALTH_DEADLINE_MS / 1000} s.` };
    if (!result.ok && ended(result)) return { kind: 'ended', reason: `healthCheck: ${result.message}` };
    if (!result.ok) return { kind: 'unwell', reason: `Its healthCheck failed: ${scrub(result.message)}` };
    return refused(result) ? { kind: 'unwell', reason: 'Its healthCheck says that it is not well.' } : { kind: 'ok' };
  };

  return {
    exited: adapter.exited,
    gone: () => gone,
    tells: adapter.methods.has('validateConfig') || adapter.methods.has('healthCheck'),
    async begin() {
      if (!adapter.methods.has('execute')) return { kind: 'fault', reason: 'its class has no method execute' };
      const config = await judgeConfig();
      return config.kind === 'ok' ? judgeHealth() : config;
    },
    async call(operation, params, limits) {
      const call_id = requests.begin(limits);
      try {
        const call = adapter.call('execute', [operation, params as Json], { timeout_ms: limits.timeout_ms, call_id });
        const result = await calls.during(call);
        gone ||= !result.ok && ended(result);
        return outcomeOf(result, limits.max_response_bytes, scrub);
      } finally {
        requests.end(call_id);
      }
    },
    drain: (within_ms) => calls.ended(within_ms),
    stop: (grace_ms) => adapter.stop(grace_ms),
  };
};
