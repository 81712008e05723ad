/**
 * `npm run bench`: durable messages per second and CPU µs per message on one core, next to a raw
 * `node:http` server in the same run. A message is a Telegram webhook with its secret: verified, kept,
 * parsed in the sandbox, answered by echo, sent to a provider. Rounds alternate, medians are printed;
 * absolute figures drift with the machine, only the ratios count. BENCH_MESSAGES, BENCH_ROUNDS.
 */
import { execFileSync, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { Pool } from 'undici';
import { makeHome, ROOT } from '../support/home.ts';
import { SECRET, TOKEN, telegramManifest, textUpdate } from '../support/telegram-home.ts';
import { startCountingProvider } from './provider.ts';

const MESSAGES = Number(process.env.BENCH_MESSAGES ?? 10_000);
const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 5);
const CONNECTIONS = 64;
const CONVERSATIONS = 1000;
const TICKS_PER_SECOND = 100;

const hasTaskset = (() => {
  try {
    execFileSync('taskset', ['-V'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
})();

interface Server {
  url: string;
  pid: number;
  stop(): void;
}

/** On processor 0, all its threads; the load and the provider share the other one. */
const start = (args: readonly string[], env: Record<string, string>): Promise<Server> =>
  new Promise((resolve, reject) => {
    const [command, ...rest] = hasTaskset ? ['taskset', '-c', '0', process.execPath, ...args] : [process.execPath, ...args];
    const child = spawn(command as string, rest, {
      // With a token stated, the host's first start makes and prints none: each line is one of the log.
      env: {
        PATH: process.env.PATH ?? '',
        HOME: process.env.HOME ?? '',
        AGENTOS_ADMIN_TOKEN: 'a-token-of-the-benchmark-0123456789abcdef',
        ...env,
      },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    // Whatever ends the benchmark ends what it started.
    process.once('exit', () => child.kill('SIGKILL'));
    child.once('exit', (code) => reject(new Error(`the server ended with ${code}`)));
    createInterface({ input: child.stdout }).on('line', (line) => {
      const { msg, address } = JSON.parse(line) as { msg?: string; address?: string };
      if (msg?.startsWith('CommunicationOS runs') && address)
        resolve({ url: address, pid: child.pid as number, stop: () => child.kill('SIGTERM') });
    });
  });

/** User and system time of the process with all its threads, in µs (proc(5): fields 14 and 15 of stat). */
const cpuMicros = (pid: number): number => {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /, '')
    .split(' ');
  return ((Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND) * 1e6;
};

let update = 0;

/** Posts the messages over kept connections; every one must be acknowledged. */
const load = async (url: string, at: string): Promise<void> => {
  const pool = new Pool(url, { connections: CONNECTIONS, pipelining: 1 });
  let left = MESSAGES;
  const worker = async () => {
    while (left > 0) {
      left--;
      const id = ++update;
      const { statusCode, body } = await pool.request({
        path: at,
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-telegram-bot-api-secret-token': SECRET },
        body: JSON.stringify(textUpdate(id, `message number ${id}`, 1000 + (id % CONVERSATIONS))),
      });
      await body.dump();
      if (statusCode !== 200) throw new Error(`a message was answered with ${statusCode}`);
    }
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, worker));
  await pool.close();
};

interface Round {
  per_second: number;
  cpu_micros: number;
}

const measure = async (server: Server, work: () => Promise<void>): Promise<Round> => {
  const cpu = cpuMicros(server.pid);
  const began = performance.now();
  await work();
  const seconds = (performance.now() - began) / 1000;
  return { per_second: MESSAGES / seconds, cpu_micros: (cpuMicros(server.pid) - cpu) / MESSAGES };
};

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] as number;

const provider = await startCountingProvider();
const home = makeHome({
  'store/channels/telegram/manifest.json': telegramManifest,
  'config/channels.json': { telegram: { config: { api_base_url: provider.url } } },
  'config/security_policy.json': {
    rate_limits: { max_requests_per_user: 1e9, time_window_seconds: 60 },
    egress: { allow_private: [new URL(provider.url).host] },
  },
});
const raw = await start(['--import', 'tsx', path.join(ROOT, 'test/bench/raw-server.ts')], {});
const host = await start([path.join(ROOT, 'dist/agentos.js'), 'serve', '--home', home.dir, '--port', '0'], {
  TELEGRAM_BOT_TOKEN: TOKEN,
  TELEGRAM_WEBHOOK_SECRET: SECRET,
  LOG_LEVEL: 'INFO',
});
if (hasTaskset) execFileSync('taskset', ['-acp', '1', String(process.pid)], { stdio: 'ignore' });

const durable = (): Promise<void> => {
  provider.reset();
  const all = provider.reached(MESSAGES);
  return load(host.url, '/webhooks/telegram').then(() => all);
};
try {
  await load(raw.url, '/');
  await durable();
  const rounds: { host: Round; raw: Round }[] = [];
  for (let round = 1; round <= ROUNDS; round++) {
    const one = { raw: await measure(raw, () => load(raw.url, '/')), host: await measure(host, durable) };
    rounds.push(one);
    process.stdout.write(
      `round ${round}: durable ${one.host.per_second.toFixed(0)} messages/s, ${one.host.cpu_micros.toFixed(0)} µs CPU each; raw node:http ${one.raw.per_second.toFixed(0)} requests/s, ${one.raw.cpu_micros.toFixed(0)} µs CPU each\n`,
    );
  }
  const cpu = median(rounds.map((round) => round.host.cpu_micros));
  const rawCpu = median(rounds.map((round) => round.raw.cpu_micros));
  process.stdout.write(
    [
      '',
      `${MESSAGES} messages a round, ${ROUNDS} rounds, ${CONVERSATIONS} conversations, ${CONNECTIONS} connections, ${hasTaskset ? 'server on one core' : 'not pinned: taskset is missing'}`,
      `durable messages/s       ${median(rounds.map((round) => round.host.per_second)).toFixed(0)}`,
      `CPU µs per message       ${cpu.toFixed(0)}`,
      `raw node:http CPU µs     ${rawCpu.toFixed(0)}`,
      `ratio CPU, median pair   ${median(rounds.map((round) => round.host.cpu_micros / round.raw.cpu_micros)).toFixed(2)} x a raw request`,
      '',
    ].join('\n'),
  );
} finally {
  host.stop();
  raw.stop();
  await provider.close();
  home.remove();
}
