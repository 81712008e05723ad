/** One connector: its states and its calls, over the life of its plugin. A broken plugin is this connector's state and nobody else's. */
import type { Clock } from '../../lib/clock.ts';
import type { Logger } from '../../lib/logger.ts';
import type { FaultHistory } from '../../registry/fault-history.ts';
import { type Next, startWorker } from '../../registry/generation.ts';
import { createLife } from '../../registry/life.ts';
import type { PluginStatus } from '../../registry/plugin-status.ts';
import type { Runner } from '../../registry/serving.ts';
import type { Sandbox } from '../../sandbox/confined.ts';
import type { CallLimits, Outcome } from '../connector.ts';
import { type Began, type ConnectorWorker, createConnectorWorker } from './connector-worker.ts';
import type { OpenRequests } from './open-requests.ts';

export interface PooledConnectorDeps {
  sandbox: Sandbox;
  clock: Clock;
  log: Logger;
  faults: FaultHistory;
  requests: OpenRequests;
  on_state(): void;
}

export interface PooledConnector extends Runner {
  /** Never rejects. */
  call(operation: string, params: Record<string, unknown>, limits: CallLimits): Promise<Outcome>;
}

const HEALTH_EVERY_MS = 60_000;

/** States in which it is called: one that is not well says itself what is wrong, and may be well again. */
export const CALLED: ReadonlySet<PluginStatus['state']> = new Set(['running', 'degraded']);

const statusAfter = (id: string, began: Began): PluginStatus => {
  if (began.kind === 'ok') return { state: 'running', reason: null, fix: null };
  if (began.kind === 'unwell') {
    const fix = `It is asked again every minute. Check its account and address: agentos connector test ${id}`;
    return { state: 'degraded', reason: began.reason, fix };
  }
  return { state: 'needs_config', reason: began.reason, fix: `Check the values of its configuration: agentos connector show ${id}` };
};

export const createPooledConnector = (id: string, first: Next, deps: PooledConnectorDeps): PooledConnector => {
  const life = createLife<Began, ConnectorWorker>(id, first, {
    kind: 'connector',
    clock: deps.clock,
    log: deps.log,
    faults: deps.faults,
    async start(generation) {
      const started = await startWorker('connector', id, generation, deps);
      return started.ok ? { ok: true, running: createConnectorWorker(generation, started.adapter, deps) } : started;
    },
    serve(worker, began) {
      life.become(statusAfter(id, began));
      life.later(HEALTH_EVERY_MS, () => void life.begin(worker, 1));
    },
    on_lost: () => undefined,
    on_status(_status, changed) {
      if (changed) deps.on_state();
    },
  });

  const status = (): PluginStatus =>
    life.current()?.gone() === true ? { state: 'starting', reason: 'its worker has just ended', fix: null } : life.status();

  return {
    status,
    start: life.start,
    replace: life.replace,
    cancel: life.cancel,
    retry: life.retry,
    stop: life.stop,
    async isWell() {
      const worker = life.current();
      if (!worker?.tells) return null;
      await life.begin(worker, 1);
      return life.status().state === 'running';
    },
    async call(operation, params, limits) {
      const worker = life.current();
      const { state, reason } = status();
      if (worker && CALLED.has(state)) return worker.call(operation, params, limits);
      const why = reason === null ? '' : `: ${reason}`;
      return { ok: false, code: 'CONNECTOR_ERROR', message: `The connector ${id} is ${state}${why}` };
    },
  };
};
