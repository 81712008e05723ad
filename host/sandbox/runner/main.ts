/**
 * The entry of a runner: a process of its own around one worker, so that what ends a process ends no more than one
 * plugin. This thread never evaluates plugin text: it passes whole lines through and looks at the memory.
 */
import { readFileSync, writeSync } from 'node:fs';
import { Socket } from 'node:net';
import { openPluginWorker, spawnWorker, type WorkerPlace } from '../worker-thread.ts';
import { createLines } from './lines.ts';
import { type ControlMessage, FD, type SelfTestLine, type Setup } from './protocol.ts';

/** How often the memory is looked at, while there is traffic and while there is none. */
const GUARD_MS = 25;
const IDLE_GUARD_MS = 250;
const BUSY_FOR_MS = 2_000;
const BEAT_EVERY_MS = 250;
/** What may wait for the host to read it, in bytes. */
const UNREAD_MAX = 16 * 1_048_576;
const OUTPUT_MAX = 4_096;
/** Lines of the host are as long as it makes them. */
const UNBOUNDED = Number.POSITIVE_INFINITY;

const self = process.pid;
const kill = process.kill.bind(process);

/** Always like this: `process.exit` waits for a worker that is busy. */
const vanish = (): never => {
  kill(self, 'SIGKILL');
  throw new Error('gone');
};
const end = (reason: string): never => {
  try {
    writeSync(FD.control, `${JSON.stringify({ t: 'end', reason } satisfies ControlMessage)}\n`);
  } catch {}
  return vanish();
};

const readSetup = (): { setup: Setup; ses_cache: Uint8Array } => {
  const bytes = readFileSync(FD.setup);
  const newline = bytes.indexOf(10);
  return { setup: JSON.parse(bytes.toString('utf8', 0, newline)) as Setup, ses_cache: bytes.subarray(newline + 1) };
};

const openSocket = (fd: number): Socket => {
  const socket = new Socket({ fd, readable: true, writable: true });
  socket.setEncoding('utf8');
  // The host has ended, or has let go of us: nothing outlives it.
  for (const event of ['error', 'end', 'close']) socket.on(event, vanish);
  return socket;
};

const runSelfTest = (place: WorkerPlace, { heap_mb, self_test }: Setup): Promise<SelfTestLine> =>
  new Promise((resolve) => {
    const worker = spawnWorker(place, 'self-test', heap_mb, { self_test });
    worker.once('message', ({ problems, ses_cache }: { problems: unknown; ses_cache: Uint8Array }) => {
      resolve({ problems, ses_cache: Buffer.from(ses_cache).toString('base64') });
      void worker.terminate();
    });
    worker.once('error', (error) => end(`the self-test failed: ${error.message}`));
  });

const guardMemory = ({ rss_mb }: Setup, lastTraffic: () => number): void => {
  const look = () => {
    const used = process.memoryUsage.rss() / 1_048_576;
    if (used > rss_mb) end(`it used ${Math.round(used)} MB of memory, the limit is ${rss_mb} MB`);
    setTimeout(look, performance.now() - lastTraffic() < BUSY_FOR_MS ? GUARD_MS : IDLE_GUARD_MS);
  };
  look();
};

const main = async (): Promise<void> => {
  const { setup, ses_cache } = readSetup();
  const place = { worker: `${__dirname}/worker.cjs`, execArgv: setup.execArgv };
  const data = openSocket(FD.data);
  const control = openSocket(FD.control);
  const tell = (message: ControlMessage) => void control.write(`${JSON.stringify(message)}\n`);
  let traffic = performance.now();
  guardMemory(setup, () => traffic);
  if (setup.self_test !== null) data.write(`${JSON.stringify(await runSelfTest(place, setup))}\n`);

  const plugin = openPluginWorker(
    place,
    { name: 'plugin', heap_mb: setup.heap_mb, ses_cache },
    {
      onBatch(batch) {
        traffic = performance.now();
        if (data.writableLength > UNREAD_MAX) end('it sent more than the host could read');
        // No frame is empty: the host sees that something else than a text was sent.
        data.write(typeof batch === 'string' ? `${batch}\n` : '\n');
      },
      onOutput: (text) => tell({ t: 'output', text: text.slice(0, OUTPUT_MAX) }),
      onExit: end,
    },
  );
  const lines = createLines(UNBOUNDED, (batch) => {
    traffic = performance.now();
    plugin.post(batch);
  });
  data.on('data', (chunk: string) => lines.take(chunk));
  setInterval(() => tell({ t: 'beat', beat: plugin.beat(), busy_ms: plugin.busyMs() }), BEAT_EVERY_MS);
};

main().catch((error: unknown) => end(`the runner failed: ${String(error)}`));
