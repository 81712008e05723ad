/**
 * The same `agentos` with a probe that kills its own process, without any chance to tidy up, the n-th time a named
 * point is reached. FAULT_POINT names it (`<probe point>` or `<probe point>:<what the batch holds>`), FAULT_COUNT
 * counts from 1, DIST_DIR is the built folder. Run by `faults.ts`, never by hand.
 */
import { createProgram } from '../../host/cli/program.ts';
import type { Unit } from '../../host/db/unit.ts';

/** What a batch may hold, so that a test can name the commit it means. */
const HOLDS: Record<string, (unit: Unit) => boolean> = {
  event: (unit) => (unit.events ?? []).length > 0,
  decision: (unit) => (unit.event_changes ?? []).some((change) => change.state === 'parsed'),
  answer: (unit) => (unit.message_changes ?? []).some((change) => change.state === 'answered'),
  receipt: (unit) => (unit.message_changes ?? []).some((change) => change.state === 'sent'),
  postponed: (unit) => (unit.message_changes ?? []).some((change) => change.state === 'pending' && change.next_attempt_at != null),
};

const [point, content] = (process.env.FAULT_POINT ?? '').split(':');
let left = Number(process.env.FAULT_COUNT ?? 1);

const reached = (at: string, detail: unknown): boolean =>
  at === point && (content === undefined || (detail as readonly Unit[]).some((unit) => HOLDS[content]?.(unit) === true));

await createProgram({
  dist_dir: process.env.DIST_DIR as string,
  env: process.env,
  cwd: process.cwd(),
  stdout: process.stdout,
  stderr: process.stderr,
  on_signal(signals, listener) {
    for (const signal of signals) process.on(signal, listener);
  },
  probe(at, detail) {
    if (reached(at, detail) && --left === 0) process.kill(process.pid, 'SIGKILL');
  },
}).parseAsync(process.argv);
