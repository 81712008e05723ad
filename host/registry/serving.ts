/**
 * Which generation of a plugin serves: the folder's own when it may, else the last approved one. The only place that
 * turns a folder into a running plugin, and that switches from one generation to the next.
 */
import type { WebhookRoute } from '../ingress/webhooks.ts';
import { decideByItself, type FileEntry, noteRun } from './decisions.ts';
import { type EvaluateDeps, type Evaluated, evaluate } from './evaluate.ts';
import type { Generation, Next, Replaced } from './generation.ts';
import { readGrants } from './grant-record.ts';
import { WORDS } from './kinds.ts';
import type { PluginSource, Problem } from './plugin-source.ts';
import type { PluginStatus } from './plugin-status.ts';
import { type Seen, statusOf } from './plugin-view.ts';
import type { Rows } from './rows.ts';
import { decideSelfApproval } from './self-approval.ts';

export type Ready = Extract<Evaluated, { ready: true }>;

/** What runs of a plugin, as far as it is started, replaced and stopped here: a channel or a connector. */
export interface Runner {
  status(): PluginStatus;
  /** Boots the generation it was made with. */
  start(): Promise<void>;
  replace(next: Next): Promise<Replaced>;
  /** Ends a generation that starts beside the current one. */
  cancel(): void;
  /** The faults are forgotten; what does not run is started. */
  retry(): void;
  /** What the plugin says of itself; null when it has no word of its own, or does not run. */
  isWell(): Promise<boolean | null>;
  /** What is open may end within `drain_ms`. */
  stop(drain_ms?: number): Promise<void>;
}

export interface Entry<R extends Runner> {
  readonly id: string;
  /** What lies in the folder, and what it may be. */
  source: PluginSource;
  evaluated: Evaluated;
  serving: Ready | null;
  route: WebhookRoute | null;
  runner: R | null;
  incoming: Seen['incoming'];
  failed: Seen['failed'];
  kept_problem: Problem | null;
  /** The look at the folder that `source` comes from. */
  look: number;
  /** The status that was told last. */
  told: string;
}

export interface ServingDeps<R extends Runner> extends EvaluateDeps {
  fileEntry(id: string): FileEntry | undefined;
  now(): number;
  /** Development: the folder is watched and belongs to the user that runs the host. */
  ownFolder(source: PluginSource): Promise<boolean>;
  /** An approved generation that is kept, as a source of its own. */
  kept(entry: { id: string; folder: string }, digest: string): Promise<{ source: PluginSource } | { problem: Problem }>;
  keep(source: PluginSource): Promise<void>;
  /** Throws when the values do not make a grant; the message is for the operator. */
  generation(evaluated: Ready): Generation;
  /** Makes what runs of it; does not start it. */
  runner(id: string, first: Next, on_state: () => void): R;
  /** From this turn on everything new is this generation's. */
  adopt(evaluated: Ready, generation: Generation): void;
  /** Its webhook; null without one. */
  route(evaluated: Evaluated): WebhookRoute | null;
  /** It does not serve: what waits for it is held. */
  hold(id: string, reason: string): void;
  on_state(id: string, status: PluginStatus, running: boolean): void;
  on_error(error: unknown, what: string): void;
}

export interface SettleOptions {
  /** An unchanged folder's code is started anew. */
  force?: boolean;
  /** Other values were stated. */
  values?: boolean;
}

/** A folder that was found; nothing is known of it yet. */
export const newEntry = <R extends Runner>(source: PluginSource): Entry<R> => ({
  id: source.id,
  source,
  evaluated: {
    ready: false,
    approved: false,
    enabled: true,
    approved_by: null,
    shown: {},
    missing: [],
    generated: null,
    source,
    values: {},
    secret_fields: new Set(),
    status: { state: 'starting', reason: 'Its folder is being read.', fix: null },
  },
  serving: null,
  route: null,
  runner: null,
  incoming: null,
  failed: null,
  kept_problem: null,
  look: 0,
  told: '',
});

/** `on_noted`: another generation runs than before. */
export const createServing = <R extends Runner>(deps: ServingDeps<R>, rows: Rows, on_noted: () => void) => {
  const seen = (entry: Entry<R>): Seen => ({
    source: entry.source,
    evaluated: entry.evaluated,
    row: rows.get(entry.id),
    serving: entry.serving,
    live: entry.runner?.status() ?? null,
    incoming: entry.incoming,
    failed: entry.failed,
    kept_problem: entry.kept_problem,
  });

  /** Says what has changed to whoever listens, and remembers what has run. */
  const tell = (entry: Entry<R>): void => {
    const status = statusOf(seen(entry));
    const running = entry.runner?.status().state === 'running';
    const text = JSON.stringify([status, running]);
    if (text !== entry.told) deps.on_state(entry.id, status, running);
    entry.told = text;
    const digest = entry.serving?.source.digest;
    const noted = running && digest ? noteRun(rows.getOrNew(entry.id), digest) : null;
    if (noted) rows.put(noted).then(on_noted, (error) => deps.on_error(error, 'note that a plugin ran'));
  };

  const judge = async (source: PluginSource): Promise<Evaluated> => {
    const evaluated = await evaluate(deps, source, rows.get(source.id));
    if (evaluated.generated) {
      const row = { ...rows.getOrNew(source.id), config: evaluated.generated };
      await rows.put({ row, audit: { actor: 'host', action: `${source.kind}.secret_made`, decision: 'sealed' } });
    }
    return evaluated;
  };

  /** A request that is not wider than what a person approved does not wait. */
  const approveByItself = async (source: PluginSource): Promise<void> => {
    const stored = rows.get(source.id);
    const by_file = deps.fileEntry(source.id)?.grants !== undefined;
    const by = decideSelfApproval({ source, stored, by_file, own_folder: await deps.ownFolder(source) });
    if (!by || !stored) return;
    await deps.keep(source).catch((error) => deps.on_error(error, 'keep an approved bundle'));
    await rows.put(decideByItself(stored, source, by, deps.now()));
  };

  /**
   * The last approved generation, when it may still serve; `entry.kept_problem` says why none can be had. `values`: other
   * values were stated, which the one that serves takes too; those that do not fit it leave it with what it has.
   */
  const lastApproved = async (entry: Entry<R>, values: boolean): Promise<Ready | null> => {
    entry.kept_problem = null;
    const row = rows.get(entry.id);
    const digests = [row?.digest, deps.fileEntry(entry.id)?.grants?.digest, readGrants(row).last];
    for (const digest of new Set(digests)) {
      if (!digest || digest === entry.source.digest || digest === entry.failed?.digest) continue;
      if (entry.serving && digest === entry.serving.source.digest) {
        const again = values ? await judge(entry.serving.source) : entry.serving;
        if (again.ready) return again;
        if (again.missing.length === 0) return entry.serving;
        continue;
      }
      const found = await deps.kept({ id: entry.id, folder: entry.source.folder }, digest);
      if ('problem' in found) {
        // Without a word when nothing of it has ever run: a file may name a digest that nobody has seen yet.
        if (row?.ran === 1) entry.kept_problem ??= found.problem;
        continue;
      }
      const evaluated = await judge(found.source);
      if (evaluated.ready) {
        entry.kept_problem = null;
        return evaluated;
      }
    }
    return null;
  };

  const prepare = (entry: Entry<R>, evaluated: Ready): Next | string => {
    try {
      const generation = deps.generation(evaluated);
      const route = deps.route(evaluated);
      return {
        generation,
        adopt() {
          entry.serving = evaluated;
          entry.route = route;
          entry.failed = null;
          deps.adopt(evaluated, generation);
        },
      };
    } catch (error) {
      // Values that do not make a grant, an address that is none: this plugin's trouble, nobody else's.
      return error instanceof Error ? error.message : String(error);
    }
  };

  /** Nothing serves any more: what is open may end. Events are still recorded while their sender can be proved. */
  const close = async (entry: Entry<R>): Promise<void> => {
    const { runner, evaluated } = entry;
    entry.runner = null;
    entry.serving = null;
    entry.failed = null;
    const known = !evaluated.ready && evaluated.approved && evaluated.enabled && rows.get(entry.id)?.ran === 1;
    entry.route = known ? deps.route(evaluated) : null;
    deps.hold(entry.id, evaluated.status.state);
    tell(entry);
    await runner?.stop();
  };

  const start = async (entry: Entry<R>, evaluated: Ready, next: Next): Promise<void> => {
    // From here on it is shown as starting, also while its bundle is written.
    if (entry.runner) entry.incoming = next.generation.digest;
    await deps.keep(evaluated.source).catch((error) => deps.on_error(error, 'keep an approved bundle'));
    if (entry.runner) {
      const replaced = await entry.runner.replace(next);
      entry.incoming = null;
      if (!replaced.ok) entry.failed = { digest: next.generation.digest, reason: replaced.reason };
    } else {
      entry.runner = deps.runner(entry.id, next, () => tell(entry));
      void entry.runner.start();
    }
    tell(entry);
  };

  return {
    seen,
    tell,
    close,
    /** Looks at what lies in the folder and lets the plugin be what it may be now; `force` starts an unchanged one anew. */
    async settle(entry: Entry<R>, { force = false, values = false }: SettleOptions = {}): Promise<void> {
      await approveByItself(entry.source);
      entry.evaluated = await judge(entry.source);
      if (!entry.evaluated.enabled) return close(entry);
      let target = entry.evaluated.ready ? entry.evaluated : await lastApproved(entry, values);
      for (; target !== null; target = await lastApproved(entry, values)) {
        const unchanged = entry.runner !== null && entry.serving?.source.digest === target.source.digest;
        const anew = force && (target === entry.evaluated || (values && target !== entry.serving));
        if (unchanged && !anew) {
          // The folder holds what serves again: what failed in between is gone.
          if (target === entry.evaluated) entry.failed = null;
          return tell(entry);
        }
        const next = prepare(entry, target);
        if (typeof next !== 'string') return start(entry, target, next);
        if (target !== entry.evaluated) break;
        const status = {
          state: 'invalid',
          reason: next,
          fix: `Check the values of its configuration: ${WORDS[entry.source.kind].command} show lists them.`,
        } as const;
        entry.evaluated = { ...target, ready: false, approved: true, status };
      }
      // What serves goes on when only the folder has changed, also when it was replaced by an approval that came to nothing.
      if (!values && entry.runner && entry.serving?.source.digest !== entry.source.digest) return tell(entry);
      await close(entry);
    },
  };
};
