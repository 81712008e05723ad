/**
 * The host's own long computations, off the main loop: trusted code in a process of its own that everything else
 * goes before, one after another. A process and not a thread, because the database's work runs on threads that belong
 * to the process, and a priority with them. The only home of the `tinypool` package. Plugins never run here.
 */
import path from 'node:path';
import { Tinypool } from 'tinypool';

export interface Jobs {
  /** Runs the export `run` of `<dir>/<name>.js` with `input`; what it reports meanwhile goes to `on_progress`. Both and the result are JSON. */
  run<Result>(name: string, input: object, on_progress?: (progress: unknown) => void): Promise<Result>;
  /** Ends what still runs: it only reads. Its `run` rejects. */
  close(): Promise<void>;
}

/** A process that has nothing to do ends. */
const IDLE_MS = 1000;

export const createJobs = ({ dir }: { dir: string }): Jobs => {
  let pool: Tinypool | null = null;
  return {
    async run<Result>(name: string, input: object, on_progress?: (progress: unknown) => void): Promise<Result> {
      pool ??= new Tinypool({ runtime: 'child_process', minThreads: 0, maxThreads: 1, idleTimeout: IDLE_MS, env: {} });
      const channel = { postMessage: (progress: unknown) => on_progress?.(progress) };
      const mine = pool;
      try {
        return (await mine.run(input, { filename: path.join(dir, `${name}.js`), name: 'run', channel })) as Result;
      } catch (error) {
        throw pool === mine ? error : new Error(`the job ${name} was stopped`, { cause: error });
      }
    },
    async close() {
      const closing = pool;
      pool = null;
      await closing?.destroy();
    },
  };
};
