/** One end for a whole request: its time is up, its caller gave up, or the host stops. */
import type { Clock } from '../lib/clock.ts';
import type { Fault } from './target.ts';

export interface Cancellation {
  /** Set once cancelled. */
  fault: Fault | null;
  cancel(fault: Fault): void;
  /** At most one listener, the phase that runs now; null when it is over. */
  listen(listener: ((fault: Fault) => void) | null): void;
  dispose(): void;
}

export const createCancellation = (clock: Clock, timeoutMs: number, signal: AbortSignal | undefined): Cancellation => {
  let listener: ((fault: Fault) => void) | null = null;
  const cancel = (fault: Fault) => {
    if (cancellation.fault !== null) return;
    cancellation.fault = fault;
    listener?.(fault);
  };
  const onAbort = () => cancel({ code: 'ABORTED', message: 'The request was given up by its caller.' });
  const stopTimer = clock.after(timeoutMs, () => cancel({ code: 'TIMEOUT', message: `No complete answer within ${timeoutMs} ms.` }));
  const cancellation: Cancellation = {
    fault: null,
    cancel,
    listen(next) {
      listener = next;
    },
    dispose() {
      listener = null;
      stopTimer();
      signal?.removeEventListener('abort', onAbort);
    },
  };
  if (signal?.aborted) onAbort();
  else signal?.addEventListener('abort', onAbort, { once: true });
  return cancellation;
};
