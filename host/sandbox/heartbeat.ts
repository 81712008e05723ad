/** Looks at every running plugin from outside: whether its event loop still turns, and whatever else its watch asks for. */
import type { Clock } from '../lib/clock.ts';

export interface HeartbeatOptions {
  /** Time between two looks, in ms. */
  every_ms?: number;
  /** A counter that stands still for this many ms is stuck. */
  stuck_after_ms?: number;
}

export interface Watch {
  /** A counter that rises while the plugin's event loop turns; 0 while it is not there yet. */
  beat(): number;
  /** Processor time of the plugin's own process, in ms; null when that is not known. */
  processorMs(): number | null;
  /** Called once, when the counter stands still. */
  onStuck(): void;
  /** Called at each look. */
  onTick?(): void;
}

export interface Heartbeat {
  /** The returned function ends the watch. */
  watch(one: Watch): () => void;
}

interface Watched {
  watch: Watch;
  last: number;
  /** Looks without a beat: all, and those in which its process had the processor. */
  silent: number;
  still: number;
  processor_ms: number | null;
}

export const HEARTBEAT_DEFAULTS = { every_ms: 100, stuck_after_ms: 1500 } as const;

/** Of the time between two looks, what a process must have had of the processor to be blamed for its silence. */
const SHARE = 0.25;
/** A process that is silent for so many times `stuck_after_ms` is given up, whatever kept it from running. */
const PATIENCE = 10;

export const createHeartbeat = (clock: Clock, options: HeartbeatOptions = {}): Heartbeat => {
  const { every_ms, stuck_after_ms } = { ...HEARTBEAT_DEFAULTS, ...options };
  const allowed = Math.ceil(stuck_after_ms / every_ms);
  const watched = new Set<Watched>();
  let running = false;
  let tickedAt = 0;

  const look = (one: Watched) => {
    one.watch.onTick?.();
    const beat = one.watch.beat();
    if (beat !== one.last || beat === 0) {
      Object.assign(one, { last: beat, silent: 0, still: 0, processor_ms: null });
      return;
    }
    // On a machine with too much to do, a process of low priority is silent because it does not get to run.
    const processor_ms = one.watch.processorMs();
    const ran = processor_ms === null || one.processor_ms === null || processor_ms - one.processor_ms >= every_ms * SHARE;
    one.processor_ms = processor_ms;
    one.silent++;
    if (ran) one.still++;
    if (one.still < allowed && one.silent < allowed * PATIENCE) return;
    watched.delete(one);
    one.watch.onStuck();
  };
  const tick = () => {
    const now = clock.monotonic();
    // Ticks are counted, not wall time, and a late one is not: a host that stood still itself must not blame its workers.
    const late = now - tickedAt > every_ms * 2;
    tickedAt = now;
    if (!late) for (const one of [...watched]) if (watched.has(one)) look(one);
    running = watched.size > 0;
    if (running) clock.after(every_ms, tick);
  };

  return {
    watch(watch) {
      const one: Watched = { watch, last: watch.beat(), silent: 0, still: 0, processor_ms: null };
      watched.add(one);
      if (!running) {
        running = true;
        tickedAt = clock.monotonic();
        clock.after(every_ms, tick);
      }
      return () => watched.delete(one);
    },
  };
};
