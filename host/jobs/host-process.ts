/** What a job knows of the host that started it: a place behind everything else, and a line to it. */
import { readdirSync } from 'node:fs';
import os from 'node:os';

const threadsOf = (): number[] => {
  try {
    return readdirSync('/proc/self/task').map(Number);
  } catch {
    return [process.pid];
  }
};

const lower = (thread: number): void => {
  try {
    os.setPriority(thread, os.constants.priority.PRIORITY_LOW);
  } catch {
    // It has ended meanwhile, or priorities are not ours to give here: the work is done all the same.
  }
};

/**
 * Every thread of this process, those of the database among them, goes behind everything else: on Linux the nice value
 * is a thread's (sched(7)), elsewhere the process's. Without a host there is nobody to work for.
 */
export const standBack = (): void => {
  for (const thread of threadsOf()) lower(thread);
  process.once('disconnect', () => process.exit());
};

/** `progress` is JSON. */
export const report = (progress: object): void => void process.send?.(progress);
