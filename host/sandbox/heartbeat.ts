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
  still: number;
}

export const HEARTBEAT_DEFAULTS = { every_ms: 100, stuck_after_ms: 1500 } as const;

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
      one.last = beat;
      one.still = 0;
    } else if (++one.still >= allowed) {
      watched.delete(one);
      one.watch.onStuck();
    }
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
      const one: Watched = { watch, last: watch.beat(), still: 0 };
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
