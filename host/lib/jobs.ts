/**
 * The host's own long computations, off the main loop: trusted code in a process of its own that everything else
 * goes before, one after another. A process and not a thread, because the database's work runs on threads that belong
 * to the process, and a priority with them. The only home of the `tinypool` package. Plugins never run here.
 */
import path from 'node:path';
import { Tinypool } from 'tinypool';
import { createSerial } from './serial.ts';

export interface Jobs {
  /** Runs the export `run` of `<dir>/<name>.js` with `input`; what it reports meanwhile goes to `on_progress`. Both and the result are JSON. */
  run<Result>(name: string, input: object, on_progress?: (progress: unknown) => void): Promise<Result>;
  /** Ends what still runs: it only reads. Its `run` rejects. */
  close(): Promise<void>;
}

/** A process that has nothing to do ends. */
const IDLE_MS = 1000;

export const createJobs = ({ dir }: { dir: string }): Jobs => {
  // Waiting is done here: a task that waits in the pool for a process that somebody killed is forgotten there.
  const inTurn = createSerial();
  let pool: Tinypool | null = null;
  let closed = false;
  const stopped = (name: string, cause?: unknown): Error => new Error(`the job ${name} was stopped`, { cause });
  return {
    run: <Result>(name: string, input: object, on_progress?: (progress: unknown) => void): Promise<Result> =>
      inTurn('jobs', async () => {
        if (closed) throw stopped(name);
        pool ??= new Tinypool({ runtime: 'child_process', minThreads: 0, maxThreads: 1, idleTimeout: IDLE_MS, env: {} });
        const channel = { postMessage: (progress: unknown) => on_progress?.(progress) };
        try {
          return (await pool.run(input, { filename: path.join(dir, `${name}.js`), name: 'run', channel })) as Result;
        } catch (error) {
          throw closed ? stopped(name, error) : error;
        }
      }),
    async close() {
      closed = true;
      await pool?.destroy();
    },
  };
};
