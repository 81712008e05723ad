/** The deliveries that wait in memory, a lane for each conversation. */
import type { Delivery } from './delivery.ts';

export interface Lane {
  waiting: Delivery[];
  /** A delivery of this lane is planned, being claimed, or in flight. */
  busy: boolean;
  /** Deliveries of this lane that are being written: who comes now must not overtake them. */
  planned: number;
  cancelWake: (() => void) | null;
}

export const createDeliveryLanes = () => {
  const lanes = new Map<string, Lane>();
  /** What stands in a lane: a row that is read from the database meanwhile must not stand there twice. */
  const known = new Set<string>();

  const open = (key: string): Lane => {
    let lane = lanes.get(key);
    if (!lane) lanes.set(key, (lane = { waiting: [], busy: false, planned: 0, cancelWake: null }));
    return lane;
  };

  const leave = (key: string, lane: Lane): void => {
    if (lane.waiting.length === 0 && !lane.busy && lane.planned === 0) lanes.delete(key);
  };

  return {
    open,
    get: (key: string): Lane | undefined => lanes.get(key),
    /** A lane exists only while somebody is in it. */
    leave,
    waiting: (): number => known.size,
    append(delivery: Delivery): void {
      if (known.has(delivery.id)) return;
      known.add(delivery.id);
      open(delivery.conversation_key).waiting.push(delivery);
    },
    putFirst(lane: Lane, delivery: Delivery): void {
      known.add(delivery.id);
      lane.waiting.unshift(delivery);
    },
    takeFirst(lane: Lane): void {
      const first = lane.waiting.shift();
      if (first) known.delete(first.id);
    },
    drop(lane: Lane, ids: ReadonlySet<string>): void {
      lane.waiting = lane.waiting.filter((delivery) => !ids.has(delivery.id));
      for (const id of ids) known.delete(id);
    },
    /** Forgets everything that waits, and returns it. What is under way keeps its lane. */
    clear(): Delivery[] {
      const all: Delivery[] = [];
      for (const [key, lane] of lanes) {
        all.push(...lane.waiting);
        lane.waiting = [];
        lane.cancelWake?.();
        lane.cancelWake = null;
        leave(key, lane);
      }
      known.clear();
      return all;
    },
    cancelWakes(): void {
      for (const lane of lanes.values()) lane.cancelWake?.();
    },
  };
};
