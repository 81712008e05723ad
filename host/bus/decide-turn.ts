/** The steps in order, each counted; the last one always ends the way. */
import type { Ending, Step, Turn } from './turn.ts';

export interface StepCounts {
  step: string;
  passed: number;
  ended: number;
  failed: number;
}

export const createSteps = (steps: readonly Step[]) => {
  const counts = new Map<string, StepCounts>(steps.map((step) => [step.name, { step: step.name, passed: 0, ended: 0, failed: 0 }]));
  return {
    /** Rejects when a step fails: the message is then tried again, never lost. */
    async run(turn: Turn): Promise<Ending> {
      for (const step of steps) {
        const count = counts.get(step.name) as StepCounts;
        let ending: Ending | null;
        try {
          const result = step.run(turn);
          // Most steps answer at once; only those that had to ask the database cost a turn of the microtask queue.
          ending = result instanceof Promise ? await result : result;
        } catch (error) {
          count.failed++;
          throw error;
        }
        if (ending) {
          count.ended++;
          turn.trail.push({ step: step.name, outcome: ending.reason ?? ending.state });
          return ending;
        }
        count.passed++;
        turn.trail.push({ step: step.name, outcome: 'pass' });
      }
      throw new Error('no step ended the way of the message');
    },
    counts: (): StepCounts[] => [...counts.values()],
  };
};

export type Steps = ReturnType<typeof createSteps>;
