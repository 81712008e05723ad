/** A generation that starts beside the one that serves: boots, begins, and can be called off. */
import type { Generation } from './channel.ts';
import { type Began, type RunningDeps, type RunningGeneration, startGeneration } from './running-generation.ts';

export type Up = { ok: true; running: RunningGeneration; began: Began } | { ok: false; reason: string };

export interface BringUp {
  ended: Promise<Up>;
  /** Ends it, whatever it is doing. */
  cancel(): void;
}

const CANCELLED: Up = { ok: false, reason: 'it was called off before it ran' };

export const bringUp = (id: string, generation: Generation, deps: RunningDeps): BringUp => {
  let cancelled = false;
  let started: RunningGeneration | null = null;
  const run = async (): Promise<Up> => {
    const boot = await startGeneration(id, generation, deps);
    if (!boot.ok) return boot;
    started = boot.running;
    const begun = cancelled ? null : await started.begin();
    if (begun && !cancelled && begun.kind !== 'fault' && begun.kind !== 'ended') return { ok: true, running: started, began: begun };
    await started.stop(0);
    return !begun || cancelled || !('reason' in begun) ? CANCELLED : { ok: false, reason: begun.reason };
  };
  return {
    ended: run(),
    cancel() {
      cancelled = true;
      void started?.stop(0);
    },
  };
};
