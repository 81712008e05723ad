/** What a job knows of the host that started it: a place behind everything else, and a line to it. */
import { readdirSync } from 'node:fs';
import os from 'node:os';

/**
 * Every thread of this process, those of the database among them, goes behind everything else: on Linux the nice value
 * is a thread's (sched(7)), elsewhere the process's. Without a host there is nobody to work for.
 */
export const standBack = (): void => {
  const threads = process.platform === 'linux' ? readdirSync('/proc/self/task').map(Number) : [process.pid];
  for (const thread of threads) os.setPriority(thread, os.constants.priority.PRIORITY_LOW);
  process.once('disconnect', () => process.exit());
};

/** `progress` is JSON. */
export const report = (progress: object): void => void process.send?.(progress);
