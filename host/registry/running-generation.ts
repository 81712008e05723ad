/** One worker of one generation: the calls of an adapter, what each of them may take, and how it ends. */
import type { Attachment, InboundEvent, OutboundMessage, Receipt } from '../../schemas/message.ts';
import type { Parsed } from '../bus/blame.ts';
import type { SortedReceived } from '../bus/received.ts';
import type { RequestTracker } from '../capabilities/request-tracker.ts';
import type { Clock } from '../lib/clock.ts';
import type { Logger } from '../lib/logger.ts';
import type { RequestsSeen, SendEnd } from '../outbox/settle.ts';
import type { CallResult, ConfinedAdapter, Json, Sandbox } from '../sandbox/confined.ts';
import { type AttachmentBytes, attachmentBytes, type BytesLimits } from './attachment-bytes.ts';
import { type Generation, startWorker } from './generation.ts';
import type { Failed, Started, Worker } from './life.ts';
import { createOpenCalls } from './open-calls.ts';

export interface RunningDeps {
  sandbox: Sandbox;
  clock: Clock;
  log: Logger;
  tracker: RequestTracker;
  /** Checks and takes apart what `receive` returned. */
  sort(received: readonly unknown[], event: InboundEvent): SortedReceived;
  checkReceipt(value: unknown): { ok: true } | { ok: false; errors: readonly { pointer: string; message: string }[] };
}

/** How the adapter's own `start` ended: it lives, and events may be given to it. */
export type Began =
  | { kind: 'ok' }
  /** The platform refuses our account. */
  | { kind: 'refused'; reason: string }
  /** The platform could not be reached: a later try can mend that. */
  | { kind: 'unreached'; reason: string };

export interface RunningGeneration extends Worker<Began> {
  receive(event: InboundEvent): Promise<Parsed>;
  send(message: OutboundMessage): Promise<{ end: SendEnd; seen: RequestsSeen }>;
  typing(target: Json): Promise<void>;
  /** The bytes of a file that one of its messages named. */
  attachment(attachment: Attachment, limits: BytesLimits): Promise<AttachmentBytes>;
  /** What its adapter says of the account; null when it has no `health`. */
  isWell(): Promise<boolean | null>;
}

/** Codes of a failed `start` that a later try can mend: the platform, not the plugin. */
const PLATFORM_FAULTS: ReadonlySet<string> = new Set([
  'PLATFORM_UNAVAILABLE',
  'RATE_LIMITED',
  'TIMEOUT',
  'RESET',
  'CONNECT_FAILED',
  'TLS_FAILED',
  'DNS_FAILED',
  'SSRF_BLOCKED',
  'DOMAIN_BLOCKED',
  'REDIRECT_REFUSED',
  'NETWORK_NOT_GRANTED',
  'NETWORK_MODE_BLOCKED',
  'ABORTED',
  'TOO_LARGE',
]);

const begunAs = (result: CallResult): Began | Failed => {
  if (result.ok) return { kind: 'ok' };
  if (result.fault === 'died' || result.fault === 'deadline') return { kind: 'ended', reason: `start: ${result.message}` };
  if (result.code === 'UNAUTHORIZED' || result.code === 'ACCOUNT_REFUSED') return { kind: 'refused', reason: result.message };
  if (result.code !== undefined && PLATFORM_FAULTS.has(result.code)) return { kind: 'unreached', reason: `start: ${result.message}` };
  return { kind: 'fault', reason: `start: ${result.message}`, stack: result.stack };
};

const run = ({ manifest, budget, download }: Generation, adapter: ConfinedAdapter, deps: RunningDeps): RunningGeneration => {
  const { receive_ms, network_ms } = budget;
  const calls = createOpenCalls(deps.clock);
  let stopping = false;

  const parsed = (result: CallResult, event: InboundEvent): Parsed => {
    if (result.ok) {
      if (!Array.isArray(result.value)) return { ok: false, kind: 'threw', message: 'receive returned something that is not a list' };
      const sorted = deps.sort(result.value, event);
      const valid = sorted.messages.length + sorted.reports.length + sorted.accounts.length;
      if (sorted.refused.length > 0 && valid === 0) return { ok: false, kind: 'threw', message: sorted.refused.join('\n') };
      return { ok: true, received: sorted };
    }
    if (result.fault === 'died' && stopping) return { ok: false, kind: 'stopped' };
    const died = result.fault === 'died' || result.fault === 'deadline';
    const message = result.stack ? `${result.message}\n${result.stack}` : result.message;
    return { ok: false, kind: died ? 'died' : 'threw', message };
  };

  const endOf = (result: CallResult): SendEnd => {
    if (!result.ok) return { fault: result.fault, message: result.message };
    const checked = deps.checkReceipt(result.value);
    if (checked.ok) return { receipt: result.value as unknown as Receipt };
    const { pointer = '', message = '' } = checked.errors[0] ?? {};
    return { fault: 'receipt', message: `send returned no receipt: ${pointer} ${message}` };
  };

  return {
    exited: adapter.exited,
    async begin() {
      if (!adapter.methods.has('start')) return { kind: 'ok' };
      return begunAs(await adapter.call('start', [], { timeout_ms: network_ms }));
    },
    async receive(event) {
      return parsed(await calls.during(adapter.call('receive', [event as unknown as Json], { timeout_ms: receive_ms })), event);
    },
    async send(message) {
      deps.tracker.begin(message.id);
      const call = adapter.call('send', [message as unknown as Json], { timeout_ms: network_ms, call_id: message.id });
      const end = endOf(await calls.during(call));
      return { end, seen: deps.tracker.end(message.id) };
    },
    async typing(target) {
      if (!adapter.methods.has('typing') || !manifest.capabilities?.includes('typing')) return;
      await adapter.call('typing', [target], { timeout_ms: network_ms });
    },
    attachment(attachment, limits) {
      // Named, so that a request for it counts for no `send` that is in flight.
      const options = { timeout_ms: network_ms, call_id: `attachment ${attachment.ref}` };
      const locate = adapter.methods.has('attachment') ? (ref: string) => adapter.call('attachment', [ref], options) : null;
      return calls.during(attachmentBytes({ media: manifest.limits?.media, locate, download }, attachment, limits));
    },
    async isWell() {
      if (!adapter.methods.has('health')) return null;
      const result = await adapter.call('health', [], { timeout_ms: network_ms });
      return result.ok && (result.value as { status?: string } | null)?.status === 'ok';
    },
    drain: (within_ms) => calls.ended(within_ms),
    stop(grace_ms) {
      stopping = true;
      return adapter.stop(grace_ms);
    },
  };
};

/** Boots a worker with the generation's code; its adapter's own `start` has not been called yet. */
export const startGeneration = async (id: string, generation: Generation, deps: RunningDeps): Promise<Started<RunningGeneration>> => {
  const started = await startWorker('channel', id, generation, deps);
  return started.ok ? { ok: true, running: run(generation, started.adapter, deps) } : started;
};
