/** A generation that starts beside the one that serves: boots, begins, and can be called off. */
import type { Started, Worker } from './life.ts';

export type Up<Began, W> = { ok: true; running: W; began: Began } | { ok: false; reason: string };

export interface BringUp<Began, W> {
  ended: Promise<Up<Began, W>>;
  /** Ends it, whatever it is doing. */
  cancel(): void;
}

const CANCELLED = { ok: false, reason: 'it was called off before it ran' } as const;

export const bringUp = <Began extends { kind: string }, W extends Worker<Began>>(start: () => Promise<Started<W>>): BringUp<Began, W> => {
  let cancelled = false;
  let started: W | null = null;
  const run = async (): Promise<Up<Began, W>> => {
    const boot = await start();
    if (!boot.ok) return boot;
    started = boot.running;
    const begun = cancelled ? null : await started.begin();
    if (begun && !cancelled && begun.kind !== 'fault' && begun.kind !== 'ended') {
      return { ok: true, running: started, began: begun as Began };
    }
    await started.stop(0);
    return !begun || cancelled || !('reason' in begun) ? CANCELLED : { ok: false, reason: begun.reason as string };
  };
  return {
    ended: run(),
    cancel() {
      cancelled = true;
      void started?.stop(0);
    },
  };
};
