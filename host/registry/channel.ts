/**
 * One running channel: its worker, its states, its events and deliveries. A broken plugin is this
 * channel's state and nobody else's.
 */
import type { Manifest } from '../../schemas/manifest.ts';
import type { InboundEvent, OutboundMessage, Receipt } from '../../schemas/message.ts';
import type { Parsed } from '../bus/blame.ts';
import type { Intake } from '../bus/intake.ts';
import type { SortedReceived } from '../bus/received.ts';
import type { RequestTracker } from '../capabilities/request-tracker.ts';
import type { Clock } from '../lib/clock.ts';
import type { Logger } from '../lib/logger.ts';
import type { ChannelOutbox, Sender } from '../outbox/channel-outbox.ts';
import type { RequestsSeen, SendEnd } from '../outbox/settle.ts';
import type { CallResult, CapabilityHandler, ConfinedAdapter, Json, Place, Sandbox } from '../sandbox/confined.ts';
import type { AdapterBundle } from './channel-source.ts';
import type { ChannelStatus } from './channel-status.ts';
import type { FaultHistory } from './fault-history.ts';

/** One approved generation of a plugin: everything a worker is made of. */
export interface Generation {
  manifest: Manifest;
  bundle: AdapterBundle;
  place: Place;
  export_name: string;
  digest: string;
  /** Configuration with placeholders for secrets. */
  config: Record<string, string | number | boolean>;
  webhook_url: string | undefined;
  granted: readonly string[];
  handlers: Readonly<Record<string, CapabilityHandler>>;
}

export interface ChannelDeps {
  sandbox: Sandbox;
  clock: Clock;
  log: Logger;
  intake: Intake;
  outbox: ChannelOutbox;
  tracker: RequestTracker;
  faults: FaultHistory;
  /** Checks and takes apart what `receive` returned. */
  sort(received: readonly unknown[], event: InboundEvent): SortedReceived;
  checkReceipt(value: unknown): { ok: true } | { ok: false; errors: readonly { pointer: string; message: string }[] };
  /** Deliveries go out in `on` only. */
  network_mode(): string;
  on_state(status: ChannelStatus): void;
}

/** `receive` is pure work. Calls that talk to a platform may take as long as a slow platform does. */
const RECEIVE_DEADLINE_MS = 5_000;
const NETWORK_DEADLINE_MS = 45_000;
/** A loop at import ends long before it: its event loop stands still. */
const BOOT_DEADLINE_MS = 20_000;
const STOP_GRACE_MS = 2_000;
const HEAP_MB = 64;
const CPU_MS_PER_SECOND = 200;
/** A `start` that could not reach its platform is repeated: 1 s, 2 s, … up to 5 min. */
const RESTART_LONGEST_MS = 300_000;
const PROBE_EVERY_MS = 300_000;

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

export const createChannel = (id: string, generation: Generation, deps: ChannelDeps) => {
  const { clock, log } = deps;
  const { manifest } = generation;
  const budget = manifest.budget ?? {};
  const receive_ms = budget.call_timeout_ms ?? RECEIVE_DEADLINE_MS;
  const network_ms = Math.max(budget.call_timeout_ms ?? 0, NETWORK_DEADLINE_MS);
  let adapter: ConfinedAdapter | null = null;
  let status: ChannelStatus = { state: 'starting', reason: null, fix: null };
  let stopped = false;
  let cancelTimer: (() => void) | null = null;

  const become = (next: ChannelStatus): void => {
    const changed = next.state !== status.state || next.reason !== status.reason;
    status = next;
    if (next.state !== 'running') deps.outbox.hold(next.state);
    else if (deps.network_mode() === 'on') deps.outbox.open(sender);
    else deps.outbox.hold('network_mode');
    if (changed) deps.on_state(next);
  };

  const later = (ms: number, work: () => void): void => {
    cancelTimer?.();
    cancelTimer = clock.after(ms, () => {
      cancelTimer = null;
      if (!stopped) work();
    });
  };

  const boot = async (): Promise<void> => {
    become({ state: 'starting', reason: status.reason, fix: null });
    const started = await deps.sandbox.start({
      channel_id: id,
      code: generation.bundle.code,
      source_map: generation.bundle.source_map ?? undefined,
      export_name: generation.export_name,
      config: generation.config,
      webhook_url: generation.webhook_url,
      granted: generation.granted,
      handlers: generation.handlers,
      place: generation.place,
      heap_mb: budget.heap_mb ?? HEAP_MB,
      cpu_ms_per_second: budget.cpu_ms_per_second ?? CPU_MS_PER_SECOND,
      call_timeout_ms: receive_ms,
      boot_timeout_ms: BOOT_DEADLINE_MS,
      max_to_plugin: Math.max(manifest.webhook?.max_body_bytes ?? 0, 1_048_576) * 2,
      on_log: (level, message, fields) => log[level]({ channel_id: id, plugin: fields ?? undefined }, message),
    });
    if (stopped) {
      if (started.ok) await started.adapter.stop(0);
      return;
    }
    if (!started.ok) return fault(`${started.fault.code}: ${started.fault.message}`, started.fault.stack);
    const mine = started.adapter;
    adapter = mine;
    void mine.exited.then((exit) => {
      if (exit.requested || stopped || adapter !== mine) return;
      adapter = null;
      deps.intake.pause();
      fault(exit.reason);
    });
    deps.intake.open((event) => receive(mine, event));
    await begin(mine, 1);
  };

  /** Calls the adapter's own `start`; what it could not reach is tried again while the channel already serves. */
  const begin = async (mine: ConfinedAdapter, attempt: number): Promise<void> => {
    if (!mine.methods.has('start')) return become({ state: 'running', reason: null, fix: null });
    const result = await mine.call('start', [], { timeout_ms: network_ms });
    if (stopped || adapter !== mine) return;
    if (result.ok) return become({ state: 'running', reason: null, fix: null });
    if (result.fault === 'died' || result.fault === 'deadline') return;
    if (result.code === 'UNAUTHORIZED' || result.code === 'ACCOUNT_REFUSED') return degrade(result.message);
    if (result.code !== undefined && PLATFORM_FAULTS.has(result.code)) {
      become({
        state: 'running',
        reason: `start: ${result.message}`,
        fix: 'It is tried again by itself. Check the address and the network when it lasts.',
      });
      later(Math.min(RESTART_LONGEST_MS, 1000 * 2 ** (attempt - 1)), () => void begin(mine, attempt + 1));
      return;
    }
    adapter = null;
    deps.intake.pause();
    await mine.stop(0);
    fault(`start: ${result.message}`, result.stack);
  };

  const fault = (reason: string, stack?: string): void => {
    log.error({ channel_id: id, reason, stack }, 'a plugin failed');
    const wait = deps.faults.fault(clock.now());
    if (wait === null) {
      become({ state: 'quarantined', reason, fix: `Mend the plugin, then run: agentos channel enable ${id}` });
      return;
    }
    become({ state: 'starting', reason: `${reason} (started again in ${Math.round(wait / 1000)} s)`, fix: null });
    later(wait, () => void boot());
  };

  const degrade = (reason: string): void => {
    become({ state: 'degraded', reason, fix: 'Check the account and its token; deliveries wait meanwhile.' });
    later(PROBE_EVERY_MS, () => void probe());
  };

  const probe = async (): Promise<void> => {
    const mine = adapter;
    if (!mine || status.state !== 'degraded') return;
    const result = mine.methods.has('health') ? await mine.call('health', [], { timeout_ms: network_ms }) : null;
    if (stopped || adapter !== mine || status.state !== 'degraded') return;
    const well = result === null || (result.ok && (result.value as { status?: string } | null)?.status === 'ok');
    if (well) return begin(mine, 1);
    later(PROBE_EVERY_MS, () => void probe());
  };

  const receive = async (mine: ConfinedAdapter, event: InboundEvent): Promise<Parsed> => {
    const result = await mine.call('receive', [event as unknown as Json], { timeout_ms: receive_ms });
    if (result.ok) {
      if (!Array.isArray(result.value)) return { ok: false, kind: 'threw', message: 'receive returned something that is not a list' };
      const sorted = deps.sort(result.value, event);
      const valid = sorted.messages.length + sorted.reports.length + sorted.accounts.length;
      if (sorted.refused.length > 0 && valid === 0) return { ok: false, kind: 'threw', message: sorted.refused.join('\n') };
      return { ok: true, received: sorted };
    }
    const died = result.fault === 'died' || result.fault === 'deadline';
    const message = result.stack ? `${result.message}\n${result.stack}` : result.message;
    return { ok: false, kind: died ? 'died' : 'threw', message };
  };

  const endOf = (result: CallResult): SendEnd => {
    if (!result.ok) return { fault: result.fault, message: result.message };
    const checked = deps.checkReceipt(result.value);
    if (checked.ok) return { receipt: result.value as unknown as Receipt };
    return {
      fault: 'receipt',
      message: `send returned no receipt: ${checked.errors[0]?.pointer ?? ''} ${checked.errors[0]?.message ?? ''}`,
    };
  };

  const sender: Sender = {
    async send(message: OutboundMessage): Promise<{ end: SendEnd; seen: RequestsSeen }> {
      const mine = adapter;
      if (!mine) return { end: { fault: 'stopped', message: 'the plugin is not running' }, seen: 'none' };
      deps.tracker.begin(message.id);
      const result = await mine.call('send', [message as unknown as Json], { timeout_ms: network_ms, call_id: message.id });
      return { end: endOf(result), seen: deps.tracker.end(message.id) };
    },
    accountRefused: (reason) => degrade(reason),
  };

  return {
    id,
    generation,
    status: (): ChannelStatus => status,
    start: boot,
    /** What the platform itself says of the account. */
    account(report: { status: 'degraded' | 'ok'; reason: string }): void {
      if (report.status === 'degraded') degrade(report.reason);
      else if (status.state === 'degraded' && adapter) void begin(adapter, 1);
    },
    /** What its adapter says of the account; null when it has no word of its own, or does not run. */
    async isWell(): Promise<boolean | null> {
      const mine = adapter;
      if (!mine?.methods.has('health')) return null;
      const result = await mine.call('health', [], { timeout_ms: network_ms });
      return result.ok && (result.value as { status?: string } | null)?.status === 'ok';
    },
    forgive: (faults: number): void => deps.faults.forgive(faults),
    async typing(target: Json): Promise<void> {
      if (adapter?.methods.has('typing') && manifest.capabilities?.includes('typing') && status.state === 'running') {
        await adapter.call('typing', [target], { timeout_ms: network_ms });
      }
    },
    async stop(): Promise<void> {
      stopped = true;
      cancelTimer?.();
      deps.intake.pause();
      const mine = adapter;
      adapter = null;
      await mine?.stop(STOP_GRACE_MS);
    },
  };
};

export type Channel = ReturnType<typeof createChannel>;
