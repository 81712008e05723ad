/**
 * When an answer is asked for anew: soon after something changed, not more often than every two seconds, and never
 * while the last question is under way. A slow host is not asked faster than it answers, and a busy one not much.
 */
export interface Pace {
  /** A question is on its way; it covers all that changed before. */
  asked(): void;
  answered(): void;
  changed(): void;
  stop(): void;
}

/** Many changes in a short time are one. */
const QUIET_MS = 400;
const LEAST_MS = 2_000;

export const createPace = (again: () => void): Pace => {
  let busy = false;
  let due = false;
  let began = Number.NEGATIVE_INFINITY;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const stop = () => {
    clearTimeout(timer);
    timer = undefined;
  };
  const changed = () => {
    due = true;
    if (busy || timer !== undefined) return;
    timer = setTimeout(again, Math.max(QUIET_MS, began + LEAST_MS - performance.now()));
  };
  return {
    asked() {
      stop();
      busy = true;
      due = false;
      began = performance.now();
    },
    answered() {
      busy = false;
      if (due) changed();
    },
    changed,
    stop,
  };
};
