/**
 * One channel: its states, its events and deliveries, over the life of its plugin. A broken plugin is this channel's
 * state and nobody else's.
 */
import type { Attachment } from '../../schemas/message.ts';
import type { Intake } from '../bus/intake.ts';
import type { ChannelOutbox, Sender } from '../outbox/channel-outbox.ts';
import type { Json } from '../sandbox/confined.ts';
import type { AttachmentBytes, BytesLimits } from './attachment-bytes.ts';
import type { FaultHistory } from './fault-history.ts';
import type { Next } from './generation.ts';
import { createLife } from './life.ts';
import type { PluginStatus } from './plugin-status.ts';
import { type Began, type RunningDeps, type RunningGeneration, startGeneration } from './running-generation.ts';

export type { Generation, Next } from './generation.ts';

export interface ChannelDeps extends RunningDeps {
  intake: Intake;
  outbox: ChannelOutbox;
  faults: FaultHistory;
  /** Deliveries go out in `on` only. */
  network_mode(): string;
  on_state(status: PluginStatus): void;
}

/** A `start` that could not reach its platform is repeated: 1 s, 2 s, … up to 5 min. */
const RESTART_LONGEST_MS = 300_000;
const PROBE_EVERY_MS = 300_000;

export const createChannel = (id: string, first: Next, deps: ChannelDeps) => {
  const { clock, log } = deps;
  /** Nothing may leave: it was told so. */
  let silent = deps.network_mode() === 'off';

  const life = createLife<Began, RunningGeneration>(id, first, {
    kind: 'channel',
    clock,
    log,
    faults: deps.faults,
    start: (generation) => startGeneration(id, generation, deps),
    serve: (running, begun, attempt) => serve(running, begun, attempt),
    on_lost: () => deps.intake.pause(),
    on_status(next, changed) {
      if (next.state !== 'running') deps.outbox.hold(next.state);
      else if (deps.network_mode() !== 'on') deps.outbox.hold('network_mode');
      // What goes out already just goes on through the generation that serves now.
      else if (deps.outbox.counts().held_by !== null) deps.outbox.open(sender);
      if (changed) deps.on_state(next);
    },
  });

  /** What a person is shown: a channel that runs while nothing may leave says so. */
  const shown = (): PluginStatus => {
    const status = life.status();
    return status.state === 'running' && deps.network_mode() === 'off'
      ? {
          ...status,
          reason: 'The network mode is off: its requests are refused, what polls stands still.',
          fix: 'agentos network-mode set on',
        }
      : status;
  };

  /** It takes events now; whether deliveries go out depends on how its `start` ended. */
  const serve = (running: RunningGeneration, begun: Began, attempt: number): void => {
    deps.intake.open((event) => running.receive(event));
    if (begun.kind === 'ok') life.become({ state: 'running', reason: null, fix: null });
    else if (begun.kind === 'refused') degrade(begun.reason);
    else {
      const fix = 'It is tried again by itself. Check the address and the network when it lasts.';
      life.become({ state: 'running', reason: begun.reason, fix });
      life.later(Math.min(RESTART_LONGEST_MS, 1000 * 2 ** (attempt - 1)), () => void life.begin(running, attempt + 1));
    }
  };

  const degrade = (reason: string): void => {
    if (!life.current()) return;
    life.become({ state: 'degraded', reason, fix: 'Check the account and its token; deliveries wait meanwhile.' });
    life.later(PROBE_EVERY_MS, () => void probe());
  };

  const probe = async (): Promise<void> => {
    const mine = life.current();
    if (!mine || life.status().state !== 'degraded') return;
    const well = await mine.isWell();
    if (life.stopped() || life.current() !== mine || life.status().state !== 'degraded') return;
    // Without a word of its own only another start can tell.
    if (well !== false) return life.begin(mine, 1);
    life.later(PROBE_EVERY_MS, () => void probe());
  };

  const sender: Sender = {
    async send(message) {
      const current = life.current();
      return current ? current.send(message) : { end: { fault: 'stopped', message: 'the plugin is not running' }, seen: 'none' };
    },
    accountRefused: (reason) => degrade(reason),
  };

  return {
    id,
    status: shown,
    digest: life.digest,
    start: life.start,
    replace: life.replace,
    cancel: life.cancel,
    retry: life.retry,
    /** What the platform itself says of the account. */
    account(report: { status: 'degraded' | 'ok'; reason: string }): void {
      const current = life.current();
      if (report.status === 'degraded') degrade(report.reason);
      else if (life.status().state === 'degraded' && current) void life.begin(current, 1);
    },
    /** Deliveries go out or wait; a `start` that has to be repeated is tried at once, because the mode may be what refused it. */
    modeChanged(): void {
      if (life.stopped()) return;
      const off = deps.network_mode() === 'off';
      life.become(life.status());
      const status = life.status();
      const current = life.current();
      if (status.state === 'running' && off !== silent) deps.on_state(shown());
      silent = off;
      if (status.state !== 'running' || status.reason === null || !current || off) return;
      life.forgetTimer();
      void life.begin(current, 1);
    },
    /** What its adapter says of the account; null when it has no word of its own, or does not run. */
    async isWell(): Promise<boolean | null> {
      return life.current()?.isWell() ?? null;
    },
    forgive: (faults: number): void => deps.faults.forgive(faults),
    /** The bytes of a file that one of its messages named. */
    async attachment(attachment: Attachment, limits: BytesLimits): Promise<AttachmentBytes> {
      const current = life.current();
      if (current) return current.attachment(attachment, limits);
      return {
        ok: false,
        code: 'ATTACHMENT_UNAVAILABLE',
        message: `The channel ${id} does not run, and its adapter has to say where it lies.`,
      };
    },
    async typing(target: Json): Promise<void> {
      if (life.status().state === 'running') await life.current()?.typing(target);
    },
    stop: life.stop,
  };
};

export type Channel = ReturnType<typeof createChannel>;
