/**
 * Collects the frames of one event-loop turn into one message: a string hop costs 26 µs alone and 5 µs a frame
 * in batches. `schedule` is handed in because the worker takes `setImmediate` off its global.
 */
export const createFrameBatch = (post: (batch: string) => void, schedule: (flush: () => void) => void) => {
  let batch = '';
  let scheduled = false;
  const flush = () => {
    const ready = batch;
    batch = '';
    scheduled = false;
    if (ready !== '') post(ready);
  };
  return (frame: string): void => {
    // Scheduled first: a plugin may call from the very end of its stack, and a frame that was taken must leave.
    if (!scheduled) {
      schedule(flush);
      scheduled = true;
    }
    batch = batch === '' ? frame : `${batch}\n${frame}`;
  };
};
