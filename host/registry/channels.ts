/**
 * The channels of a home: what was found, what was decided about it, what runs. The only place that
 * turns a folder into a running channel.
 */

import type { PluginRow } from '../db/unit.ts';
import { AppError } from '../errors.ts';
import type { WebhookRoute } from '../ingress/webhooks.ts';
import type { Channel } from './channel.ts';
import type { ChannelSource, Problem } from './channel-source.ts';
import { type ChannelStatus, webhookIn } from './channel-status.ts';
import { type ConfiguredBy, decideConfigure } from './configure.ts';
import { type EvaluateDeps, type Evaluated, evaluate } from './evaluate.ts';
import type { FieldValue } from './field-value.ts';
import { webhookConflicts } from './webhook-conflicts.ts';

export interface ChannelsDeps extends EvaluateDeps {
  scan(): Promise<ChannelSource[]>;
  now(): number;
  stored(): Promise<PluginRow[]>;
  /** Writes a decision about a channel and its audit entry. */
  write(row: PluginRow, entry: { actor: string; action: string; decision: string; detail?: Record<string, unknown> }): Promise<void>;
  /** Builds the running channel of one approved generation; does not start it. */
  build(evaluated: Extract<Evaluated, { ready: true }>): Channel;
  route(evaluated: Extract<Evaluated, { ready: true }>): WebhookRoute | null;
  /** A channel that is not running holds its deliveries. */
  hold(id: string, reason: string): void;
  on_state(id: string, status: ChannelStatus): void;
}

interface Entry {
  source: ChannelSource;
  stored: PluginRow | null;
  evaluated: Evaluated;
  channel: Channel | null;
  route: WebhookRoute | null;
}

export interface ChannelView {
  id: string;
  name: string;
  version: string | null;
  state: ChannelStatus['state'];
  reason: string | null;
  fix: string | null;
  enabled: boolean;
  builtin: string | null;
  webhook_url: string | null;
  digest: string | null;
  approved_digest: string | null;
  approved_by: string | null;
  permissions: unknown;
  capabilities: readonly string[];
  config: Record<string, { value: unknown; source: string; secret: boolean }>;
  missing: readonly string[];
  problems: readonly Problem[];
  setup_guide: string | null;
}

/** What a test of a channel found. */
export interface ChannelTest {
  ok: boolean;
  state: string;
  reason: string | null;
  /** Whether the adapter itself was asked. */
  checked: boolean;
}

const BAD_VALUES = 'Check the values of its configuration: agentos channel show lists them.';

const emptyRow = (id: string): PluginRow => ({
  kind: 'channel',
  id,
  enabled: null,
  digest: null,
  grants: null,
  approved_by: null,
  approved_at: null,
  config: null,
  ran: 0,
});

export const createChannels = (deps: ChannelsDeps) => {
  const entries = new Map<string, Entry>();
  let scanned = false;

  const statusOf = (entry: Entry): ChannelStatus => (entry.channel ? entry.channel.status() : entry.evaluated.status);

  const settle = (entry: Entry): void => {
    const { evaluated } = entry;
    if (!evaluated.ready) {
      deps.hold(entry.source.id, evaluated.status.state);
      deps.on_state(entry.source.id, evaluated.status);
      return;
    }
    try {
      entry.route = deps.route(evaluated);
      entry.channel = deps.build(evaluated);
    } catch (error) {
      // Values that do not make a grant, an address that is none: this channel's trouble, nobody else's.
      const status = { state: 'invalid', reason: error instanceof Error ? error.message : String(error), fix: BAD_VALUES } as const;
      entry.evaluated = { ...evaluated, ready: false, status };
      settle(entry);
      return;
    }
    void entry.channel.start();
  };

  /** A source whose webhook path belongs to another channel already is invalid. */
  const withoutConflict = (
    source: ChannelSource,
    others: readonly { source: ChannelSource; stored: PluginRow | null }[],
    stored: PluginRow | null,
  ): ChannelSource => {
    const claims = [{ source, stored }, ...others.filter((other) => other.source.id !== source.id)].map((claim) => ({
      id: claim.source.id,
      webhook_url: claim.source.manifest?.webhook_url,
      since: claim.stored?.approved_at ?? (claim.stored?.ran === 1 ? 0 : null),
    }));
    const problem = webhookConflicts(claims).get(source.id);
    return problem ? { ...source, problems: [problem, ...source.problems], bundle: null, digest: null } : source;
  };

  const put = async (
    found: ChannelSource,
    stored: PluginRow | null,
    others: readonly { source: ChannelSource; stored: PluginRow | null }[],
  ): Promise<Entry> => {
    const source = withoutConflict(found, others, stored);
    const evaluated = await evaluate(deps, source, stored);
    if (evaluated.generated) {
      stored = { ...(stored ?? emptyRow(source.id)), config: evaluated.generated };
      await deps.write(stored, { actor: 'host', action: 'channel.secret_made', decision: 'sealed' });
    }
    const entry: Entry = { source, stored, evaluated, channel: null, route: null };
    entries.set(source.id, entry);
    settle(entry);
    return entry;
  };

  const remove = async (id: string): Promise<void> => {
    const entry = entries.get(id);
    entries.delete(id);
    deps.hold(id, 'removed');
    await entry?.channel?.stop();
  };

  const need = (id: string): Entry => {
    const entry = entries.get(id);
    if (entry) return entry;
    throw new AppError('CHANNEL_NOT_FOUND', `There is no channel ${id}.`, 'agentos channel list shows the channels of this home.');
  };

  /** Writes a decision, then lets the channel be what it is now. */
  const decided = async (entry: Entry, row: PluginRow, audit: Parameters<ChannelsDeps['write']>[1]): Promise<ChannelView> => {
    await deps.write(row, audit);
    await entry.channel?.stop();
    return view(await put(entry.source, row, [...entries.values()]));
  };

  const view = (entry: Entry): ChannelView => {
    const { source, evaluated, stored } = entry;
    const status = statusOf(entry);
    return {
      id: source.id,
      name: source.manifest?.name ?? source.id,
      version: source.manifest?.version ?? null,
      ...status,
      enabled: evaluated.enabled,
      builtin: source.builtin,
      webhook_url: source.manifest?.webhook_url ?? null,
      digest: source.digest,
      approved_digest: stored?.digest ?? null,
      approved_by: evaluated.approved_by,
      permissions: source.manifest?.permissions ?? {},
      capabilities: source.manifest?.capabilities ?? [],
      config: evaluated.shown,
      missing: evaluated.missing,
      problems: source.problems,
      setup_guide: source.setup_guide,
    };
  };

  return {
    /** Reads the folders and starts what may run. What has gone is stopped; what is unchanged goes on. */
    async load(): Promise<void> {
      const sources = await deps.scan();
      const rows = new Map((await deps.stored()).filter((row) => row.kind === 'channel').map((row) => [row.id, row]));
      for (const id of [...entries.keys()]) if (!sources.some((source) => source.id === id)) await remove(id);
      const others = sources.map((source) => ({ source, stored: rows.get(source.id) ?? null }));
      for (const source of sources) {
        const before = entries.get(source.id);
        if (before && before.source.digest !== null && before.source.digest === source.digest && before.channel) continue;
        await before?.channel?.stop();
        await put(source, rows.get(source.id) ?? null, others);
      }
      scanned = true;
    },
    async reload(id: string): Promise<ChannelView> {
      const source = (await deps.scan()).find((each) => each.id === id);
      if (!source) throw new AppError('CHANNEL_NOT_FOUND', `There is no folder store/channels/${id}.`, 'Create it, or check the name.');
      const before = entries.get(id);
      await before?.channel?.stop();
      return view(await put(source, before?.stored ?? null, [...entries.values()]));
    },
    async enable(id: string, actor: string): Promise<ChannelView> {
      const entry = need(id);
      if (deps.fileEntry(id)?.enabled === false) {
        throw new AppError(
          'SET_IN_FILE',
          `config/channels.json says that ${id} is disabled.`,
          `Set "enabled": true for ${id} in config/channels.json.`,
        );
      }
      const row: PluginRow = { ...(entry.stored ?? emptyRow(id)), enabled: 1 };
      return decided(entry, row, { actor, action: 'channel.enabled', decision: 'enabled' });
    },
    async disable(id: string, actor: string): Promise<ChannelView> {
      const entry = need(id);
      const row: PluginRow = { ...(entry.stored ?? emptyRow(id)), enabled: 0 };
      return decided(entry, row, { actor, action: 'channel.disabled', decision: 'disabled' });
    },
    /** Approves the digest that waits; refused when it is no longer that one. */
    async approve(id: string, digest: string | null, actor: string): Promise<ChannelView> {
      const entry = need(id);
      const waiting = entry.source.digest;
      if (waiting === null)
        throw new AppError('MANIFEST_INVALID', `${id} cannot be approved while it is invalid.`, 'agentos channel show lists the problems.');
      if (digest !== null && digest !== waiting) {
        throw new AppError(
          'DIGEST_MISMATCH',
          `The digest that waits for ${id} is ${waiting}.`,
          'Look at the change, then approve this digest.',
        );
      }
      const row: PluginRow = {
        ...(entry.stored ?? emptyRow(id)),
        digest: waiting,
        grants: JSON.stringify(entry.source.manifest?.permissions ?? {}),
        approved_by: actor,
        approved_at: deps.now(),
        enabled: entry.stored?.enabled === 0 ? 0 : 1,
      };
      return decided(entry, row, { actor, action: 'channel.approved', decision: 'approved', detail: { digest: waiting } });
    },
    /** Seals values that a person states; null takes one away. */
    async configure(
      id: string,
      given: Readonly<Record<string, FieldValue | null>>,
      { actor, may_grant }: ConfiguredBy,
    ): Promise<ChannelView> {
      const entry = need(id);
      const { source, stored } = entry;
      const kept = stored?.config ? deps.openStored(id, stored.config) : {};
      const made = decideConfigure({ source, given, kept, stated: deps.resolve(source, {}), may_grant });
      if (made.fields.length === 0) return view(entry);
      const row: PluginRow = { ...(stored ?? emptyRow(id)), config: deps.sealStored(id, made.kept) };
      const detail = { fields: made.fields, grants: made.grants };
      return decided(entry, row, { actor, action: 'channel.configured', decision: 'sealed', detail });
    },
    /** Asks the adapter whether its account is well. */
    async test(id: string): Promise<ChannelTest> {
      const entry = need(id);
      const well = (await entry.channel?.isWell()) ?? null;
      const { state, reason } = statusOf(entry);
      return { ok: state === 'running' && well !== false, state, reason, checked: well !== null };
    },
    list: (): ChannelView[] => [...entries.values()].map(view),
    show: (id: string): ChannelView => view(need(id)),
    get: (id: string): Channel | null => entries.get(id)?.channel ?? null,
    /** Whether the channel takes events: it was approved and configured, and is not switched off. */
    lives: (id: string): boolean => {
      const entry = entries.get(id);
      return entry !== undefined && webhookIn(statusOf(entry).state, entry.stored?.ran === 1) === 'take';
    },
    source: (id: string): ChannelSource | null => entries.get(id)?.source ?? null,
    /** What a webhook path leads to. */
    lookup(path: string): WebhookRoute | 'unavailable' | null {
      for (const entry of entries.values()) {
        if ((entry.route?.path ?? entry.source.manifest?.webhook_url) !== path) continue;
        const taken = webhookIn(statusOf(entry).state, entry.stored?.ran === 1);
        if (taken === 'none') return null;
        return taken === 'take' && entry.route ? entry.route : 'unavailable';
      }
      return null;
    },
    /** Whether the first scan is done and every enabled channel's webhook is routed. */
    ready: (): boolean => scanned,
    async markRan(id: string): Promise<void> {
      const entry = entries.get(id);
      if (!entry || entry.stored?.ran === 1) return;
      const row: PluginRow = { ...(entry.stored ?? emptyRow(id)), ran: 1 };
      entry.stored = row;
      await deps.write(row, { actor: 'host', action: 'channel.first_run', decision: 'running' });
    },
    async stop(): Promise<void> {
      await Promise.all([...entries.values()].map((entry) => entry.channel?.stop()));
    },
  };
};

export type Channels = ReturnType<typeof createChannels>;
