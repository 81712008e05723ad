/** Finds workers that no longer turn their event loop: their counter stands still while our own timer keeps ticking. */
import type { Clock } from '../lib/clock.ts';

export interface HeartbeatOptions {
  /** Time between two looks, in ms. */
  every_ms?: number;
  /** A counter that stands still for this many ms is stuck. */
  stuck_after_ms?: number;
}

export interface Heartbeat {
  /** Calls back once when the counter stands still; the returned function ends the watch. */
  watch(read: () => number, onStuck: () => void): () => void;
}

interface Watched {
  read(): number;
  onStuck(): void;
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
    const beat = one.read();
    if (beat !== one.last) {
      one.last = beat;
      one.still = 0;
    } else if (++one.still >= allowed) {
      watched.delete(one);
      one.onStuck();
    }
  };
  const tick = () => {
    const now = clock.monotonic();
    // Ticks are counted, not wall time, and a late one is not: a host that stood still itself must not blame its workers.
    const late = now - tickedAt > every_ms * 2;
    tickedAt = now;
    if (!late) for (const one of [...watched]) look(one);
    running = watched.size > 0;
    if (running) clock.after(every_ms, tick);
  };

  return {
    watch(read, onStuck) {
      const one: Watched = { read, onStuck, last: read(), still: 0 };
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
