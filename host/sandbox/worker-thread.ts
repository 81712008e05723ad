/** One confined worker thread: spawned with no rights beside reading its own bootstrap. The same in the host and in a runner. */
import { Worker } from 'node:worker_threads';

export interface WorkerPlace {
  /** The worker's entry. */
  worker: string;
  execArgv: string[];
}

const STACK_MB = 4;
const YOUNG_MB = 16;

export const spawnWorker = (place: WorkerPlace, name: string, heap_mb: number, workerData: unknown): Worker =>
  new Worker(place.worker, {
    name,
    workerData,
    env: {},
    argv: [],
    stdin: false,
    stdout: true,
    stderr: true,
    execArgv: place.execArgv,
    resourceLimits: { maxOldGenerationSizeMb: heap_mb, maxYoungGenerationSizeMb: YOUNG_MB, stackSizeMb: STACK_MB },
  });

export interface PluginWorkerListener {
  onBatch(batch: unknown): void;
  onOutput(text: string): void;
  /** Called once. */
  onExit(reason: string): void;
}

/** A worker whose realm gets ready for a plugin. */
export const openPluginWorker = (
  place: WorkerPlace,
  { name, heap_mb, ses_cache }: { name: string; heap_mb: number; ses_cache: Uint8Array },
  listener: PluginWorkerListener,
) => {
  const beat = new Int32Array(new SharedArrayBuffer(4));
  const worker = spawnWorker(place, name, heap_mb, { beat, ses_cache });
  let fault: string | null = null;
  worker.on('message', (batch: unknown) => listener.onBatch(batch));
  worker.on('messageerror', () => listener.onBatch(undefined));
  worker.on('error', (error: NodeJS.ErrnoException) => {
    fault = error.code === 'ERR_WORKER_OUT_OF_MEMORY' ? `it used more than its ${heap_mb} MB of memory` : 'the worker failed';
  });
  worker.on('exit', (code) => listener.onExit(fault ?? `the worker ended with code ${code}`));
  for (const stream of [worker.stdout, worker.stderr]) {
    stream.on('data', (chunk: Buffer) => listener.onOutput(chunk.toString('utf8')));
  }
  return {
    post: (batch: string) => worker.postMessage(batch),
    beat: () => Atomics.load(beat, 0),
    busyMs: () => worker.performance.eventLoopUtilization().active,
    processorMs: () => null,
    terminate: () => void worker.terminate(),
  };
};
