/**
 * Messages of one conversation are handed to the writer in the order in which they entered their lane. A
 * message that waits is written as `received` at once, while the one before it may still be on its way
 * through the steps: written first, it would stand alone after a crash, and overtake.
 */
export interface CommitOrder {
  /** Resolves when those that entered these lanes before are in the writer's queue; `queued` says when this one is. */
  follow(lane_keys: readonly string[], queued: Promise<void>): Promise<unknown>;
}

export const createCommitOrder = (): CommitOrder => {
  const last = new Map<string, Promise<void>>();
  return {
    follow(lane_keys, queued) {
      const before: Promise<void>[] = [];
      for (const key of new Set(lane_keys)) {
        const earlier = last.get(key);
        if (earlier) before.push(earlier);
        last.set(key, queued);
      }
      void queued.then(() => {
        for (const key of lane_keys) if (last.get(key) === queued) last.delete(key);
      });
      return Promise.all(before);
    },
  };
};
