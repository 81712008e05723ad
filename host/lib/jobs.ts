/**
 * The host's own long computations, off the main loop: trusted code on a thread of its own, one after
 * another. The only home of the `tinypool` package. Plugins never run here.
 */
import path from 'node:path';
import { MessageChannel, type MessagePort } from 'node:worker_threads';
import { Tinypool } from 'tinypool';

export interface Jobs {
  /** Runs the export `run` of `<dir>/<name>.js` with `input`; what it reports meanwhile goes to `on_progress`. */
  run<Result>(name: string, input: object, on_progress?: (progress: unknown) => void): Promise<Result>;
  /** Asks what still runs to end, by a message to its port, and waits for it. */
  close(): Promise<void>;
}

/** A thread that has nothing to do ends. */
const IDLE_MS = 1000;

export const createJobs = ({ dir }: { dir: string }): Jobs => {
  let pool: Tinypool | null = null;
  const running = new Map<MessagePort, Promise<unknown>>();
  return {
    async run<Result>(name: string, input: object, on_progress?: (progress: unknown) => void): Promise<Result> {
      pool ??= new Tinypool({ runtime: 'worker_threads', minThreads: 0, maxThreads: 1, idleTimeout: IDLE_MS, env: {}, useAtomics: false });
      const { port1, port2 } = new MessageChannel();
      port1.on('message', (progress) => on_progress?.(progress));
      const filename = path.join(dir, `${name}.js`);
      const result = pool.run({ input, port: port2 }, { filename, name: 'run', transferList: [port2] });
      running.set(port1, result);
      try {
        return (await result) as Result;
      } finally {
        running.delete(port1);
        port1.close();
      }
    },
    async close() {
      // A thread is not killed inside native code, which may take the process with it: it is asked to end.
      for (const port of running.keys()) port.postMessage('stop');
      await Promise.allSettled(running.values());
      await pool?.destroy();
      pool = null;
    },
  };
};
