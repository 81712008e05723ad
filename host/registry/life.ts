/**
 * One plugin's life: the generation that serves, the switch to the next one, its faults and what follows from them.
 * What it is given to do, and what its states mean to others, is the business of whoever makes it.
 */
import type { Clock } from '../lib/clock.ts';
import type { Logger } from '../lib/logger.ts';
import type { Exit } from '../sandbox/confined.ts';
import { type BringUp, bringUp } from './bring-up.ts';
import type { FaultHistory } from './fault-history.ts';
import type { Generation, Next, Replaced } from './generation.ts';
import { type PluginKind, WORDS } from './kinds.ts';
import type { PluginStatus } from './plugin-status.ts';

/** How its beginning ended when it cannot be given anything. */
export type Failed =
  /** The worker ended meanwhile; its exit says why. */
  { kind: 'ended'; reason: string } | { kind: 'fault'; reason: string; stack?: string | undefined };

/** One worker of one generation. */
export interface Worker<Began> {
  readonly exited: Promise<Exit>;
  begin(): Promise<Began | Failed>;
  /** Resolves when nothing that it was given is open any more, or after `within_ms`. */
  drain(within_ms: number): Promise<void>;
  /** The plugin's own `stop` may take `grace_ms`; what is still open then is cut off. */
  stop(grace_ms: number): Promise<void>;
}

export type Started<W> = { ok: true; running: W } | { ok: false; reason: string; stack?: string | undefined };

export interface LifeDeps<Began, W extends Worker<Began>> {
  kind: PluginKind;
  clock: Clock;
  log: Logger;
  faults: FaultHistory;
  /** Boots a worker; what the plugin does at its beginning has not been called yet. */
  start(generation: Generation): Promise<Started<W>>;
  /** It lives, and may be given work from now on. `attempt` counts how often this worker has begun. */
  serve(worker: W, began: Began, attempt: number): void;
  /** Its worker is gone, and none is in its place. */
  on_lost(): void;
  /** `changed`: state or reason differ from what was told before. */
  on_status(status: PluginStatus, changed: boolean): void;
}

/** The open calls of a generation that was replaced or stopped may take this long. */
const DRAIN_MS = 15_000;
const STOP_GRACE_MS = 2_000;

export const createLife = <Began extends { kind: string }, W extends Worker<Began>>(id: string, first: Next, deps: LifeDeps<Began, W>) => {
  const { clock, log, kind } = deps;
  let serving = first.generation;
  let current: W | null = null;
  /** Starts beside the current one. */
  let incoming: BringUp<Began, W> | null = null;
  /** The generation whose worker boots, while none serves. */
  let booting: Generation | null = null;
  const retiring = new Set<Promise<void>>();
  let status: PluginStatus = { state: 'starting', reason: null, fix: null };
  let stopped = false;
  let cancelTimer: (() => void) | null = null;
  const named = { [`${kind}_id`]: id };

  const become = (next: PluginStatus): void => {
    if (stopped) return;
    const changed = next.state !== status.state || next.reason !== status.reason;
    status = next;
    deps.on_status(next, changed);
  };

  const forgetTimer = (): void => {
    cancelTimer?.();
    cancelTimer = null;
  };
  const later = (ms: number, work: () => void): void => {
    forgetTimer();
    cancelTimer = clock.after(ms, () => {
      cancelTimer = null;
      if (!stopped) work();
    });
  };

  /** The plugin's own generation, while no other one serves. */
  const boot = async (): Promise<void> => {
    const mine = serving;
    become({ state: 'starting', reason: status.reason, fix: null });
    booting = mine;
    const started = await deps.start(mine);
    if (booting === mine) booting = null;
    if (stopped || serving !== mine || current) {
      if (started.ok) await started.running.stop(0);
      return;
    }
    if (!started.ok) return fault(started.reason, started.stack);
    watch(started.running);
    current = started.running;
    await begin(started.running, 1);
  };

  const watch = (worker: W): void => {
    void worker.exited.then((exit) => {
      if (exit.requested || current !== worker) return;
      lose();
      if (exit.breached) quarantine(exit.reason);
      else fault(exit.reason);
    });
  };

  const lose = (): void => {
    current = null;
    deps.on_lost();
  };

  const serve = (worker: W, began: Began, attempt: number): void => {
    forgetTimer();
    deps.serve(worker, began, attempt);
  };

  const begin = async (worker: W, attempt: number): Promise<void> => {
    const begun = await worker.begin();
    if (stopped || current !== worker || begun.kind === 'ended') return;
    if (begun.kind !== 'fault') return serve(worker, begun as Began, attempt);
    lose();
    await worker.stop(0);
    const { reason, stack } = begun as Extract<Failed, { kind: 'fault' }>;
    fault(reason, stack);
  };

  const fault = (reason: string, stack?: string): void => {
    if (stopped) return;
    log.error({ ...named, reason, stack }, 'a plugin failed');
    const wait = deps.faults.fault(clock.monotonic());
    if (wait === null) quarantine(reason);
    else {
      become({ state: 'starting', reason: `${reason} (started again in ${Math.round(wait / 1000)} s)`, fix: null });
      later(wait, () => void boot());
    }
  };

  const quarantine = (reason: string): void => {
    log.error({ ...named, reason }, 'a plugin was quarantined');
    become({ state: 'quarantined', reason, fix: `Mend the plugin, then run: ${WORDS[kind].command} enable ${id}` });
  };

  /** What it was given before may end; then its worker does. */
  const retire = (worker: W): Promise<void> => {
    const work = worker.drain(DRAIN_MS).then(() => worker.stop(STOP_GRACE_MS));
    retiring.add(work);
    return work.finally(() => retiring.delete(work));
  };

  const replace = async ({ generation, adopt }: Next): Promise<Replaced> => {
    // Never more than two: the one that serves, and one that ends or begins.
    await Promise.all(retiring);
    if (stopped) return { ok: false, reason: `the ${kind} was stopped` };
    if (!current) {
      forgetTimer();
      serving = generation;
      adopt();
      void boot();
      return { ok: true };
    }
    incoming = bringUp<Began, W>(() => deps.start(generation));
    const up = await incoming.ended;
    incoming = null;
    if (!up.ok) return up;
    const old = current;
    watch(up.running);
    current = up.running;
    serving = generation;
    adopt();
    serve(up.running, up.began, 1);
    if (old) retire(old).catch((error) => log.error({ err: error, ...named }, 'a replaced plugin did not stop'));
    return { ok: true };
  };

  first.adopt();
  return {
    become,
    later,
    forgetTimer,
    begin,
    start: boot,
    replace,
    status: (): PluginStatus => status,
    /** The worker that is given work; null while none is. */
    current: (): W | null => current,
    stopped: (): boolean => stopped,
    /** The digest of the generation that serves. */
    digest: (): string => serving.digest,
    /** Ends a generation that starts beside the current one. */
    cancel: (): void => incoming?.cancel(),
    /** A person says that it is worth another try: the faults are forgotten. */
    retry(): void {
      deps.faults.clear();
      if (status.state === 'degraded' && current) void begin(current, 1);
      if (current || booting || stopped) return;
      forgetTimer();
      status = { state: 'starting', reason: null, fix: null };
      void boot();
    },
    /** What it holds may end within `drain_ms`; nothing new is given to it from now on. */
    async stop(drain_ms: number = DRAIN_MS): Promise<void> {
      stopped = true;
      forgetTimer();
      deps.on_lost();
      incoming?.cancel();
      const mine = current;
      current = null;
      await mine?.drain(drain_ms);
      await mine?.stop(STOP_GRACE_MS);
      await Promise.all(retiring);
    },
  };
};
