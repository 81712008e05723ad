/**
 * `npm run bench:audit`: a trail of a million rows is verified, off the main loop, while messages flow. The
 * same messages are sent without it; the two take turns. At the most that the host takes, verifying costs what a
 * processor costs where there are few; at half of it, which is a busy day, nobody should notice. Only the ratios
 * count. BENCH_AUDIT_ROWS, BENCH_MESSAGES, BENCH_ROUNDS.
 */
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { Pool } from 'undici';
import { chainCommit } from '../../host/audit/chain.ts';
import type { Verdict } from '../../host/audit/verdict.ts';
import { openConnection } from '../../host/db/connection.ts';
import { type AuditCommit, type AuditRow, insertAudit } from '../../host/db/tables/audit.ts';
import { ADMIN_TOKEN } from '../support/admin-api.ts';
import { makeHome, type RunningHost, startHost } from '../support/home.ts';
import { SECRET, TOKEN, telegramManifest, textUpdate } from '../support/telegram-home.ts';
import { startCountingProvider } from './provider.ts';

const ROWS = Number(process.env.BENCH_AUDIT_ROWS ?? 1_000_000);
const MESSAGES = Number(process.env.BENCH_MESSAGES ?? 3000);
const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 3);
const CONNECTIONS = 16;
const ROWS_A_COMMIT = 20;

const provider = await startCountingProvider();
const home = makeHome({
  'store/channels/telegram/manifest.json': telegramManifest,
  'config/channels.json': { telegram: { config: { api_base_url: provider.url } } },
  'config/security_policy.json': {
    rate_limits: { max_requests_per_user: 1e9, time_window_seconds: 60 },
    egress: { allow_private: [new URL(provider.url).host] },
  },
});
const env = { TELEGRAM_BOT_TOKEN: TOKEN, TELEGRAM_WEBHOOK_SECRET: SECRET, AGENTOS_ADMIN_TOKEN: ADMIN_TOKEN };
const start = (): Promise<RunningHost> => startHost(home, { env, running: ['telegram'] });

/** Continues the chain of the home by rows as message traffic writes them. */
const fill = async (): Promise<void> => {
  const db = await openConnection(path.join(home.dir, 'store/agentos.db'));
  await db.exec('PRAGMA synchronous = OFF; BEGIN');
  let last = (await db.get<AuditCommit>('SELECT * FROM audit_commits ORDER BY seq DESC LIMIT 1')) as AuditCommit;
  for (let written = 0; written < ROWS; written += ROWS_A_COMMIT) {
    const seq = last.seq + 1;
    const rows = Array.from({ length: ROWS_A_COMMIT }, (_, index): AuditRow => {
      const subject = `01JH${String(written + index).padStart(22, '0')}`;
      const detail = JSON.stringify({
        channel_id: 'telegram',
        event_id: `${written + index}`,
        steps: 'dedupe:pass authorize:pass rate-limit:pass',
      });
      return {
        chain_id: last.chain_id,
        commit_seq: seq,
        at: Date.now(),
        actor: 'host',
        action: 'message.decided',
        person_id: subject,
        subject,
        decision: 'dispatched',
        detail,
      };
    });
    last = chainCommit(last.chain_id, seq, last.hash, rows);
    await insertAudit(db, last, rows);
  }
  await db.exec('COMMIT');
  await db.close();
};

let update = 0;
interface Load {
  per_second: number;
  p50: number;
  p99: number;
}

const at = (sorted: readonly number[], part: number): number => sorted[Math.floor(sorted.length * part)] as number;

/** Messages a second, and the times to the acknowledgement in ms. `pace`: messages a second that come, whatever the host does; null: as fast as they are taken. */
const load = async (host: RunningHost, pace: number | null = null): Promise<Load> => {
  const pool = new Pool(host.url, { connections: CONNECTIONS });
  provider.reset();
  const all = provider.reached(MESSAGES);
  const took: number[] = [];
  let sent = 0;
  const began = performance.now();
  const worker = async () => {
    for (let mine = sent++; mine < MESSAGES; mine = sent++) {
      // From when it was due: one that had to wait for a connection waited for the host.
      const due = pace === null ? performance.now() : began + (1000 * mine) / pace;
      if (due > performance.now()) await setTimeout(due - performance.now());
      const id = ++update;
      const { statusCode, body } = await pool.request({
        path: '/webhooks/telegram',
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-telegram-bot-api-secret-token': SECRET },
        body: JSON.stringify(textUpdate(id, `message number ${id}`, 1000 + (id % 500))),
      });
      await body.dump();
      if (statusCode !== 200) throw new Error(`a message was answered with ${statusCode}`);
      took.push(performance.now() - due);
    }
  };
  await Promise.all([...Array.from({ length: CONNECTIONS }, worker), all]);
  const seconds = (performance.now() - began) / 1000;
  await pool.close();
  took.sort((a, b) => a - b);
  return { per_second: MESSAGES / seconds, p50: at(took, 0.5), p99: at(took, 0.99) };
};

interface Round {
  alone: Load;
  beside: Load;
  verdict: Verdict;
}

/** The same messages without and beside a verification of the whole trail. */
const compare = async (host: RunningHost, pace: number | null): Promise<Round> => {
  const alone = await load(host, pace);
  let over = false;
  const verifying = fetch(`${host.url}/api/audit/verify`, { headers: { authorization: `Bearer ${ADMIN_TOKEN}` } })
    .then((answer) => answer.json() as Promise<Verdict>)
    .finally(() => {
      over = true;
    });
  const beside = await load(host, pace);
  const whole = !over;
  const verdict = await verifying;
  if (!verdict.ok) throw new Error(JSON.stringify(verdict.broken ?? verdict.head_faults));
  const shown = ({ per_second, p50, p99 }: Load): string => `${per_second.toFixed(0)}/s, ${p50.toFixed(1)} and ${p99.toFixed(1)} ms`;
  process.stdout.write(
    `  ${verdict.rows} rows verified in ${(verdict.took_ms / 1000).toFixed(1)} s; alone ${shown(alone)}; beside it ${shown(beside)}${whole ? '' : ' (it ended before them)'}\n`,
  );
  return { alone, beside, verdict };
};

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] as number;

try {
  await (await start()).stop();
  const filling = performance.now();
  await fill();
  process.stdout.write(`${ROWS} rows written in ${((performance.now() - filling) / 1000).toFixed(0)} s\n`);
  const host = await start();
  await load(host);
  const ratio = (rounds: readonly Round[], of: keyof Load): string =>
    median(rounds.map(({ beside, alone }) => beside[of] / alone[of])).toFixed(2);
  const series = async (name: string, pace: number | null): Promise<Round[]> => {
    process.stdout.write(`${name} (median and slowest hundredth to the acknowledgement)\n`);
    const rounds: Round[] = [];
    for (let round = 1; round <= ROUNDS; round++) rounds.push(await compare(host, pace));
    const sum = (['per_second', 'p50', 'p99'] as const).map((of) => `${of} ${ratio(rounds, of)}`).join(', ');
    process.stdout.write(`  beside to alone: ${sum}\n`);
    return rounds;
  };
  const most = await series('as fast as the host takes them', null);
  const half = median(most.map(({ alone }) => alone.per_second)) / 2;
  await series(`${half.toFixed(0)} a second, half of that`, half);
  await host.stop();
} finally {
  await provider.close();
  home.remove();
}
