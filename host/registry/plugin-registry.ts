/** The plugins of one kind in a home: what was found, what was decided about it, what runs. Work on one plugin never overlaps. */
import type { Manifest } from '../../schemas/manifest.ts';
import { AppError } from '../errors.ts';
import type { WebhookRoute } from '../ingress/webhooks.ts';
import { deferred } from '../lib/deferred.ts';
import { createSerial } from '../lib/serial.ts';
import { type ConfiguredBy, decideConfigure } from './configure.ts';
import { type Decision, decideApprove, decideDisable, decideEnable, neededBy } from './decisions.ts';
import type { FieldValue } from './field-value.ts';
import { readGrants } from './grant-record.ts';
import { WORDS } from './kinds.ts';
import type { PluginSource } from './plugin-source.ts';
import { webhookIn } from './plugin-status.ts';
import { channelView, type PluginView, type Seen, statusOf } from './plugin-view.ts';
import { createRows, type RowsDeps } from './rows.ts';
import { createServing, type Entry, newEntry, type Runner, type ServingDeps, type SettleOptions } from './serving.ts';
import { type WebhookClaim, webhookConflicts } from './webhook-conflicts.ts';

export interface PluginRegistryDeps<R extends Runner> extends ServingDeps<R>, RowsDeps {
  scan(): Promise<PluginSource[]>;
  /** One folder; null when there is none. */
  scanOne(id: string): Promise<PluginSource | null>;
  after(delay_ms: number, callback: () => void): () => void;
  /** Forgets kept generations that no plugin of any kind needs. */
  prune(): Promise<void>;
  on_removed(id: string): void;
}

/** A command is answered after this time also when what it set in motion goes on. */
const ANSWER_MS = 10_000;
const PRUNE = ' prune';

export type { PluginView } from './plugin-view.ts';

/** What a test found. */
export interface PluginTest {
  ok: boolean;
  state: string;
  reason: string | null;
  /** Whether the plugin itself was asked. */
  checked: boolean;
}

export const createPluginRegistry = <R extends Runner>(deps: PluginRegistryDeps<R>) => {
  const { kind } = deps;
  const words = WORDS[kind];
  const entries = new Map<string, Entry<R>>();
  /** The latest look at each folder, also while it waits for its turn. */
  const found = new Map<string, PluginSource>();
  const rows = createRows(deps);
  const serving = createServing(deps, rows, () => prune());
  const serial = createSerial();
  /** Plugins whose folder is read again as soon as it is their turn: more changes until then are seen too. */
  const asked = new Map<string, Promise<void>>();
  const loaded = deferred<void>();
  let looks = 0;
  let scanned = false;
  let stopped = false;

  const need = (id: string): Entry<R> => {
    const entry = entries.get(id);
    if (entry) return entry;
    throw new AppError(words.not_found, `There is no ${kind} ${id}.`, `${words.command} list shows the ${kind}s of this home.`);
  };
  const view = (entry: Entry<R>): PluginView => channelView(serving.seen(entry));
  const hasRun = (id: string): boolean => rows.get(id)?.ran === 1;

  /** Who was approved or ran with a path has it since then; who asks for another one is a newcomer to it. */
  const claimOf = (source: PluginSource): WebhookClaim => {
    const row = rows.get(source.id);
    const before = entries.get(source.id)?.serving?.source.manifest ?? readGrants(row).manifest;
    const webhook_url = source.manifest?.webhook_url;
    const since = row?.approved_at ?? (row?.ran === 1 ? 0 : null);
    return { id: source.id, webhook_url, since: before === null || before.webhook_url === webhook_url ? since : null };
  };

  /** A source whose webhook path belongs to another channel already is invalid. */
  const withoutConflict = (source: PluginSource): PluginSource => {
    const others = [...found.values()].filter(({ id }) => id !== source.id);
    const claims = [source, ...others.map((other) => entries.get(other.id)?.serving?.source ?? other)].map(claimOf);
    const problem = webhookConflicts(claims).get(source.id);
    return problem ? { ...source, problems: [problem, ...source.problems], bundle: null, digest: null } : source;
  };

  /** Takes up what one look at a folder found; an older look than the last one is not taken. */
  const take = async (source: PluginSource, look: number, options?: { force: boolean }): Promise<void> => {
    if (stopped) return;
    const entry = entries.get(source.id) ?? newEntry<R>(source);
    entries.set(source.id, entry);
    if (look < entry.look) return;
    entry.look = look;
    const sound = withoutConflict(source);
    const unchanged = entry.source.digest !== null && entry.source.digest === sound.digest && entry.runner !== null;
    // One that did not start is not tried again before something changes, or a person asks for it.
    if (unchanged && !options?.force) return;
    entry.source = sound;
    await serving.settle(entry, options);
    prune();
  };

  const remove = async (id: string): Promise<void> => {
    const entry = entries.get(id);
    found.delete(id);
    if (!entry) return;
    entries.delete(id);
    deps.hold(id, 'removed');
    deps.on_removed(id);
    await entry.runner?.stop();
  };

  /** In the background, one at a time: a generation that is kept or approved meanwhile is found by its folder or row. */
  const prune = (): void => {
    void serial(PRUNE, async () => {
      if (stopped) return;
      await deps.prune();
    }).catch((error) => deps.on_error(error, 'remove old bundles'));
  };

  /** Answers with the plugin as it is when the work is done, or goes on for longer than anybody wants to wait. */
  const answered = async (id: string, work: Promise<void>): Promise<PluginView> => {
    let cancel = (): void => undefined;
    const waited = new Promise<void>((resolve) => {
      cancel = deps.after(ANSWER_MS, resolve);
    });
    await Promise.race([work.finally(() => cancel()), waited]);
    work.catch((error) => deps.on_error(error, `change ${kind} ${id}`));
    return view(need(id));
  };

  /** Writes a decision, then lets the plugin be what it is now; null: there is nothing to decide. */
  const decide = async (
    id: string,
    made: (entry: Entry<R>) => Decision | null | Promise<Decision>,
    { after, ...options }: { after?: (entry: Entry<R>) => void } & SettleOptions = {},
  ): Promise<PluginView> => {
    need(id);
    return answered(
      id,
      serial(id, async () => {
        const entry = need(id);
        const decision = await made(entry);
        if (decision === null) return;
        await rows.put(decision);
        after?.(entry);
        await serving.settle(entry, options);
        prune();
      }),
    );
  };

  const readAgain = async (id: string, options?: { force: boolean }): Promise<boolean> => {
    const look = ++looks;
    const source = await deps.scanOne(id);
    if (source === null) {
      await remove(id);
      return false;
    }
    found.set(id, source);
    await take(source, look, options);
    return true;
  };

  return {
    /** Reads the folders and starts what may run. What has gone is stopped; what is unchanged goes on. */
    async load(): Promise<void> {
      const look = ++looks;
      const sources = await deps.scan();
      await rows.load();
      for (const source of sources) found.set(source.id, source);
      const gone = [...entries.keys()].filter((id) => !sources.some((source) => source.id === id));
      await Promise.all([
        ...gone.map((id) => serial(id, async () => ((entries.get(id)?.look ?? look) < look ? remove(id) : undefined))),
        ...sources.map((source) => serial(source.id, () => take(source, look))),
      ]);
      scanned = true;
      loaded.resolve();
    },
    /** Reads one folder again and starts its code anew, also when nothing has changed. */
    async reload(id: string): Promise<PluginView> {
      const work = serial(id, async () => {
        if (await readAgain(id, { force: true })) return;
        throw new AppError(words.not_found, `There is no folder ${words.folders}/${id}.`, 'Create it, or check the name.');
      });
      if (!entries.has(id)) await work;
      return answered(id, work);
    },
    /** Folders may have changed: each is read again, once for any number of changes that come before its turn. */
    async changed(ids: Iterable<string>): Promise<void> {
      await loaded.promise;
      const work = [...ids].map((id) => {
        const before = asked.get(id);
        if (before) return before;
        const mine = serial(id, async () => {
          asked.delete(id);
          if (!stopped) await readAgain(id);
        });
        asked.set(id, mine);
        return mine;
      });
      await Promise.all(work);
    },
    enable: (id: string, actor: string): Promise<PluginView> =>
      decide(id, () => decideEnable(rows.getOrNew(id), deps.fileEntry(id), actor), {
        after(entry) {
          entry.failed = null;
          entry.runner?.retry();
        },
      }),
    disable(id: string, actor: string): Promise<PluginView> {
      // Whatever starts beside it must not keep a person from switching it off.
      entries.get(id)?.runner?.cancel();
      return decide(id, () => decideDisable(rows.getOrNew(id), actor));
    },
    /** Approves the digest that waits; refused when it is no longer that one. */
    approve: (id: string, digest: string | null, actor: string): Promise<PluginView> =>
      decide(id, async ({ source }) => {
        const decision = decideApprove({ row: rows.getOrNew(id), source, file: deps.fileEntry(id), digest, actor, now: deps.now() });
        await deps.keep(source);
        return decision;
      }),
    /** Seals values that a person states; null takes one away. */
    configure: (id: string, given: Readonly<Record<string, FieldValue | null>>, { actor, may_grant }: ConfiguredBy): Promise<PluginView> =>
      decide(
        id,
        ({ source, serving: now }) => {
          const row = rows.getOrNew(id);
          const { manifest, secret_fields } = readGrants(row);
          const approved = [now?.source.manifest, manifest].filter((one) => one != null);
          const before = row.config ? deps.openStored(id, row.config) : {};
          const stated = deps.resolve(source, {});
          const { kept, fields, grants } = decideConfigure({ source, approved, secret_fields, given, kept: before, stated, may_grant });
          if (fields.length === 0) return null;
          const audit = { actor, action: `${kind}.configured`, decision: 'sealed', detail: { fields, grants } };
          return { row: { ...row, config: deps.sealStored(id, kept) }, audit };
        },
        // The same code with other values: its digest does not change.
        { force: true, values: true },
      ),
    /** Asks the plugin whether it is well. */
    async test(id: string): Promise<PluginTest> {
      const entry = need(id);
      const well = (await entry.runner?.isWell()) ?? null;
      const { state, reason } = entry.runner?.status() ?? statusOf(serving.seen(entry));
      return { ok: state === 'running' && well !== false, state, reason, checked: well !== null };
    },
    list: (): PluginView[] => [...entries.values()].map(view).sort((a, b) => (a.id < b.id ? -1 : 1)),
    show: (id: string): PluginView => view(need(id)),
    has: (id: string): boolean => entries.has(id),
    ids: (): string[] => [...entries.keys()].sort(),
    /** What is known of one; null when there is none. */
    facts: (id: string): Seen | null => {
      const entry = entries.get(id);
      return entry ? serving.seen(entry) : null;
    },
    /** Of what serves, else of what lies in the folder. */
    manifest: (id: string): Manifest | null => {
      const entry = entries.get(id);
      return (entry?.serving ?? entry)?.source.manifest ?? null;
    },
    get: (id: string): R | null => entries.get(id)?.runner ?? null,
    /** Digests whose kept bundles may still be wanted here; null before the first scan, when that is not known. */
    needed(): readonly string[] | null {
      if (!scanned) return null;
      const shown = [...entries.values()].flatMap(({ id, source, serving: now }) => [
        source.digest,
        now?.source.digest,
        deps.fileEntry(id)?.grants?.digest,
      ]);
      return [...rows.all().flatMap(neededBy), ...shown.filter((digest) => typeof digest === 'string')];
    },
    /** Whether the channel takes events: it was approved and configured, and is not switched off. */
    lives: (id: string): boolean => {
      const entry = entries.get(id);
      return entry !== undefined && webhookIn(statusOf(serving.seen(entry)).state, hasRun(id)) === 'take';
    },
    /** What a webhook path leads to: the approved manifest's before one that only asks for it. */
    lookup(path: string): WebhookRoute | 'unavailable' | null {
      for (const { route } of entries.values()) if (route?.path === path) return route;
      for (const { source, evaluated } of entries.values())
        if (source.manifest?.webhook_url === path && evaluated.enabled) return 'unavailable';
      return null;
    },
    /** Whether the first scan is done: then every enabled channel that has a webhook is routed. */
    ready: (): boolean => scanned,
    async stop(): Promise<void> {
      stopped = true;
      await Promise.all([...entries.values()].map((entry) => entry.runner?.stop(0)));
    },
  };
};

export type PluginRegistry<R extends Runner> = ReturnType<typeof createPluginRegistry<R>>;
