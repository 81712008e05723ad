/**
 * One channel: the generation that serves, the switch to the next one, its states, its events and deliveries. A
 * broken plugin is this channel's state and nobody else's.
 */
import type { Manifest } from '../../schemas/manifest.ts';
import type { Attachment } from '../../schemas/message.ts';
import type { Intake } from '../bus/intake.ts';
import type { ChannelOutbox, Sender } from '../outbox/channel-outbox.ts';
import type { CapabilityHandler, Json, Place } from '../sandbox/confined.ts';
import type { AttachmentBytes, BytesLimits } from './attachment-bytes.ts';
import { type BringUp, bringUp } from './bring-up.ts';
import type { AdapterBundle } from './channel-source.ts';
import type { ChannelStatus } from './channel-status.ts';
import type { FaultHistory } from './fault-history.ts';
import type { PluginBudget } from './plugin-budget.ts';
import { type Began, type RunningDeps, type RunningGeneration, startGeneration } from './running-generation.ts';

/** One approved generation of a plugin: everything a worker is made of. */
export interface Generation {
  manifest: Manifest;
  bundle: AdapterBundle;
  place: Place;
  budget: PluginBudget;
  export_name: string;
  digest: string;
  /** Configuration with placeholders for secrets. */
  config: Record<string, string | number | boolean>;
  webhook_url: string | undefined;
  granted: readonly string[];
  handlers: Readonly<Record<string, CapabilityHandler>>;
  /** Carries out the request that `attachment` answered with. Rejects with an error that has a `code`. */
  download(request: Json, limits: BytesLimits): Promise<Buffer>;
}

export interface ChannelDeps extends RunningDeps {
  intake: Intake;
  outbox: ChannelOutbox;
  faults: FaultHistory;
  /** Deliveries go out in `on` only. */
  network_mode(): string;
  on_state(status: ChannelStatus): void;
}

/** A generation that is to serve; `adopt` is called in the turn in which it begins to. */
export interface Next {
  generation: Generation;
  adopt(): void;
}

/** Whether the next generation serves now; when not, why, and the one before it goes on. */
export type Replaced = { ok: true } | { ok: false; reason: string };

/** The open calls of a generation that was replaced or stopped may take this long. */
const DRAIN_MS = 15_000;
const STOP_GRACE_MS = 2_000;
/** A `start` that could not reach its platform is repeated: 1 s, 2 s, … up to 5 min. */
const RESTART_LONGEST_MS = 300_000;
const PROBE_EVERY_MS = 300_000;

export const createChannel = (id: string, first: Next, deps: ChannelDeps) => {
  const { clock, log } = deps;
  let serving = first.generation;
  let current: RunningGeneration | null = null;
  /** Starts beside the current one. */
  let incoming: BringUp | null = null;
  /** The generation whose worker boots, while none serves. */
  let booting: Generation | null = null;
  const retiring = new Set<Promise<void>>();
  let status: ChannelStatus = { state: 'starting', reason: null, fix: null };
  let stopped = false;
  let cancelTimer: (() => void) | null = null;
  /** Nothing may leave: it was told so. */
  let silent = deps.network_mode() === 'off';

  const become = (next: ChannelStatus): void => {
    if (stopped) return;
    const changed = next.state !== status.state || next.reason !== status.reason;
    status = next;
    if (next.state !== 'running') deps.outbox.hold(next.state);
    else if (deps.network_mode() !== 'on') deps.outbox.hold('network_mode');
    // What goes out already just goes on through the generation that serves now.
    else if (deps.outbox.counts().held_by !== null) deps.outbox.open(sender);
    if (changed) deps.on_state(next);
  };

  const forgetTimer = (): void => {
    cancelTimer?.();
    cancelTimer = null;
  };
  const later = (ms: number, work: () => void): void => {
    forgetTimer();
    cancelTimer = clock.after(ms, () => {
      cancelTimer = null;
      if (!stopped) work();
    });
  };

  /** What a person is shown: a channel that runs while nothing may leave says so. */
  const shown = (): ChannelStatus =>
    status.state === 'running' && deps.network_mode() === 'off'
      ? {
          ...status,
          reason: 'The network mode is off: its requests are refused, what polls stands still.',
          fix: 'agentos network-mode set on',
        }
      : status;

  /** The channel's own generation, while no other one serves. */
  const boot = async (): Promise<void> => {
    const mine = serving;
    become({ state: 'starting', reason: status.reason, fix: null });
    booting = mine;
    const started = await startGeneration(id, mine, deps);
    if (booting === mine) booting = null;
    if (stopped || serving !== mine || current) {
      if (started.ok) await started.running.stop(0);
      return;
    }
    if (!started.ok) return fault(started.reason, started.stack);
    watch(started.running);
    current = started.running;
    await begin(started.running, 1);
  };

  const watch = (running: RunningGeneration): void => {
    void running.exited.then((exit) => {
      if (exit.requested || current !== running) return;
      lose();
      if (exit.breached) quarantine(exit.reason);
      else fault(exit.reason);
    });
  };

  const lose = (): void => {
    current = null;
    deps.intake.pause();
  };

  const begin = async (running: RunningGeneration, attempt: number): Promise<void> => {
    const begun = await running.begin();
    if (stopped || current !== running || begun.kind === 'ended') return;
    if (begun.kind !== 'fault') return serve(running, begun, attempt);
    lose();
    await running.stop(0);
    fault(begun.reason, begun.stack);
  };

  /** It takes events now; whether deliveries go out depends on how its `start` ended. */
  const serve = (running: RunningGeneration, begun: Began, attempt: number): void => {
    forgetTimer();
    deps.intake.open((event) => running.receive(event));
    if (begun.kind === 'ok') become({ state: 'running', reason: null, fix: null });
    else if (begun.kind === 'refused') degrade(begun.reason);
    else {
      const fix = 'It is tried again by itself. Check the address and the network when it lasts.';
      become({ state: 'running', reason: begun.reason, fix });
      later(Math.min(RESTART_LONGEST_MS, 1000 * 2 ** (attempt - 1)), () => void begin(running, attempt + 1));
    }
  };

  const fault = (reason: string, stack?: string): void => {
    if (stopped) return;
    log.error({ channel_id: id, reason, stack }, 'a plugin failed');
    const wait = deps.faults.fault(clock.monotonic());
    if (wait === null) quarantine(reason);
    else {
      become({ state: 'starting', reason: `${reason} (started again in ${Math.round(wait / 1000)} s)`, fix: null });
      later(wait, () => void boot());
    }
  };

  const quarantine = (reason: string): void => {
    log.error({ channel_id: id, reason }, 'a plugin was quarantined');
    become({ state: 'quarantined', reason, fix: `Mend the plugin, then run: agentos channel enable ${id}` });
  };

  const degrade = (reason: string): void => {
    if (!current) return;
    become({ state: 'degraded', reason, fix: 'Check the account and its token; deliveries wait meanwhile.' });
    later(PROBE_EVERY_MS, () => void probe());
  };

  const probe = async (): Promise<void> => {
    const mine = current;
    if (!mine || status.state !== 'degraded') return;
    const well = await mine.isWell();
    if (stopped || current !== mine || status.state !== 'degraded') return;
    // Without a word of its own only another start can tell.
    if (well !== false) return begin(mine, 1);
    later(PROBE_EVERY_MS, () => void probe());
  };

  const sender: Sender = {
    async send(message) {
      return current ? current.send(message) : { end: { fault: 'stopped', message: 'the plugin is not running' }, seen: 'none' };
    },
    accountRefused: (reason) => degrade(reason),
  };

  /** What it was given before may end; then its worker does. */
  const retire = (running: RunningGeneration): Promise<void> => {
    const work = running.drain(DRAIN_MS).then(() => running.stop(STOP_GRACE_MS));
    retiring.add(work);
    return work.finally(() => retiring.delete(work));
  };

  const replace = async ({ generation, adopt }: Next): Promise<Replaced> => {
    // Never more than two: the one that serves, and one that ends or begins.
    await Promise.all(retiring);
    if (stopped) return { ok: false, reason: 'the channel was stopped' };
    if (!current) {
      forgetTimer();
      serving = generation;
      adopt();
      void boot();
      return { ok: true };
    }
    incoming = bringUp(id, generation, deps);
    const up = await incoming.ended;
    incoming = null;
    if (!up.ok) return up;
    const old = current;
    watch(up.running);
    current = up.running;
    serving = generation;
    adopt();
    serve(up.running, up.began, 1);
    if (old) retire(old).catch((error) => log.error({ err: error, channel_id: id }, 'a replaced plugin did not stop'));
    return { ok: true };
  };

  first.adopt();
  return {
    id,
    status: shown,
    /** The digest of the generation that serves. */
    digest: (): string => serving.digest,
    start: boot,
    replace,
    /** Ends a generation that starts beside the current one. */
    cancel: (): void => incoming?.cancel(),
    /** A person says that it is worth another try: the faults are forgotten. */
    retry(): void {
      deps.faults.clear();
      if (status.state === 'degraded' && current) void begin(current, 1);
      if (current || booting || stopped) return;
      forgetTimer();
      status = { state: 'starting', reason: null, fix: null };
      void boot();
    },
    /** What the platform itself says of the account. */
    account(report: { status: 'degraded' | 'ok'; reason: string }): void {
      if (report.status === 'degraded') degrade(report.reason);
      else if (status.state === 'degraded' && current) void begin(current, 1);
    },
    /** Deliveries go out or wait; a `start` that has to be repeated is tried at once, because the mode may be what refused it. */
    modeChanged(): void {
      if (stopped) return;
      const off = deps.network_mode() === 'off';
      become(status);
      if (status.state === 'running' && off !== silent) deps.on_state(shown());
      silent = off;
      if (status.state !== 'running' || status.reason === null || !current || off) return;
      forgetTimer();
      void begin(current, 1);
    },
    /** What its adapter says of the account; null when it has no word of its own, or does not run. */
    async isWell(): Promise<boolean | null> {
      return current ? current.isWell() : null;
    },
    forgive: (faults: number): void => deps.faults.forgive(faults),
    /** The bytes of a file that one of its messages named. */
    async attachment(attachment: Attachment, limits: BytesLimits): Promise<AttachmentBytes> {
      if (current) return current.attachment(attachment, limits);
      return {
        ok: false,
        code: 'ATTACHMENT_UNAVAILABLE',
        message: `The channel ${id} does not run, and its adapter has to say where it lies.`,
      };
    },
    async typing(target: Json): Promise<void> {
      if (status.state === 'running') await current?.typing(target);
    },
    /** What it holds may end within `drain_ms`; events and deliveries wait from now on. */
    async stop(drain_ms: number = DRAIN_MS): Promise<void> {
      stopped = true;
      forgetTimer();
      deps.intake.pause();
      incoming?.cancel();
      const mine = current;
      current = null;
      await mine?.drain(drain_ms);
      await mine?.stop(STOP_GRACE_MS);
      await Promise.all(retiring);
    },
  };
};

export type Channel = ReturnType<typeof createChannel>;
