/** Lets every other thread go first, for work that nobody waits for. */
import { readlinkSync } from 'node:fs';
import os from 'node:os';
import { isMainThread } from 'node:worker_threads';

const NICE = 10;

/**
 * Linux keeps the priority by thread (sched(7), "The nice value"); `/proc/thread-self` names the one that
 * asks. Elsewhere it belongs to the process, which is left alone, and so is a main thread.
 */
export const lowerThreadPriority = (): void => {
  if (process.platform !== 'linux' || isMainThread) return;
  try {
    const thread = Number(readlinkSync('/proc/thread-self').split('/').at(-1));
    if (thread !== process.pid) os.setPriority(thread, NICE);
  } catch {
    // Without /proc it runs as it is.
  }
};
