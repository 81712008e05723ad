/** A channel or connector as lists, the API and commands show it. Pure. */
import type { Operation } from '../../schemas/connector-manifest.ts';
import type { ConfigurationField } from '../../schemas/manifest.ts';
import type { PluginRow } from '../db/unit.ts';
import { type Difference, differenceOf, summaryOf } from './difference.ts';
import { codeHashOf } from './digest.ts';
import type { Evaluated } from './evaluate.ts';
import { readGrants } from './grant-record.ts';
import { WORDS } from './kinds.ts';
import type { PluginSource, Problem } from './plugin-source.ts';
import type { PluginState, PluginStatus } from './plugin-status.ts';

/** What is in the folder and does not serve: it waits for somebody, or could not start. */
export interface Pending extends PluginStatus {
  digest: string | null;
  version: string | null;
  /** Against the approved generation; null when the folder's cannot be read. */
  difference: Difference | null;
}

/** What only one of the kinds has. */
interface OfKind {
  /** A channel's. */
  webhook_url?: string | null;
  capabilities?: readonly string[];
  /** A connector's: of the generation that serves, else of what lies in the folder. */
  operations?: Readonly<Record<string, Operation>>;
}

export interface PluginView extends OfKind {
  id: string;
  name: string;
  version: string | null;
  state: PluginState;
  reason: string | null;
  fix: string | null;
  enabled: boolean;
  builtin: string | null;
  /** Of what is in the folder. */
  digest: string | null;
  approved_digest: string | null;
  approved_by: string | null;
  /** The generation that serves, with its own state; null when none does. */
  serving: { digest: string; version: string; state: PluginState } | null;
  pending: Pending | null;
  permissions: unknown;
  /** Of the manifest that is shown: the folder's, else that of what serves. */
  configuration_schema: Readonly<Record<string, ConfigurationField>>;
  config: Record<string, { value: unknown; source: string; secret: boolean }>;
  missing: readonly string[];
  problems: readonly Problem[];
  setup_guide: string | null;
}

/** What is known of one channel. */
export interface Seen {
  /** Of the folder. */
  source: PluginSource;
  evaluated: Evaluated;
  row: PluginRow | null;
  serving: Evaluated | null;
  /** Of the running channel; null without one. */
  live: PluginStatus | null;
  /** Digest of the generation that starts beside the one that serves. */
  incoming: string | null;
  /** The folder's generation did not start beside the one that serves. */
  failed: { digest: string; reason: string } | null;
  kept_problem: Problem | null;
}

/** Nothing of its own is wrong with what serves: then the folder's trouble is the channel's. */
const isFine = ({ state, reason }: PluginStatus): boolean => state === 'running' || (state === 'starting' && reason === null);

export const statusOf = ({ live, evaluated, kept_problem }: Seen): PluginStatus => {
  if (live !== null && (evaluated.ready || !isFine(live))) return live;
  if (live !== null || kept_problem === null || evaluated.status.state === 'disabled') return evaluated.status;
  const { state, reason, fix } = evaluated.status;
  return { state, reason: `${reason ?? ''} What was approved cannot serve meanwhile: ${kept_problem.message}`.trim(), fix };
};

const differenceIn = ({ source, row, serving, evaluated }: Seen): Difference | null => {
  if (source.manifest === null || source.bundle === null) return null;
  if (source.builtin !== null && !source.widens && evaluated.approved_by === 'builtin') return null;
  const asked = { digest: source.digest, code: codeHashOf(source.bundle.code), manifest: source.manifest };
  const { code, manifest } = readGrants(row);
  if (code !== null && manifest !== null) return differenceOf(asked, { digest: row?.digest ?? null, code, manifest });
  const other = serving?.source;
  if (!other?.bundle) return differenceOf(asked, { digest: null, code: null, manifest: null });
  return differenceOf(asked, { digest: other.digest, code: codeHashOf(other.bundle.code), manifest: other.manifest });
};

/** The person who approves is told what changes, wherever the fix is shown. */
const withDifference = (status: PluginStatus, difference: Difference | null): PluginStatus => {
  if (status.state !== 'needs_approval' || difference === null) return status;
  const summary = summaryOf(difference);
  return summary === '' ? status : { ...status, fix: `Asked for (${summary}). ${status.fix ?? ''}`.trim() };
};

const pendingOf = (seen: Seen, difference: Difference | null): Pending | null => {
  const { source, evaluated, incoming, failed } = seen;
  const of = { digest: source.digest, version: source.manifest?.version ?? null, difference };
  if (!evaluated.ready && evaluated.status.state !== 'disabled') return { ...withDifference(evaluated.status, difference), ...of };
  if (incoming !== null) return { state: 'starting', reason: 'It starts beside the one that serves.', fix: null, ...of, digest: incoming };
  if (failed === null) return null;
  const fix = `Mend it; the changed folder is tried when it is read again: ${WORDS[source.kind].command} reload ${source.id}`;
  return { state: 'quarantined', reason: `It did not start: ${failed.reason}`, fix, ...of, digest: failed.digest };
};

const ofKind = ({ source, evaluated, serving }: Seen): OfKind => {
  const now = (serving ?? evaluated).source.manifest;
  if (source.kind === 'connector') return { operations: now?.operations ?? {} };
  return { webhook_url: now?.webhook_url ?? null, capabilities: (source.manifest ?? now)?.capabilities ?? [] };
};

export const channelView = (seen: Seen): PluginView => {
  const { source, evaluated, row, serving, live } = seen;
  const difference = evaluated.ready ? null : differenceIn(seen);
  const pending = pendingOf(seen, difference);
  const shown = source.manifest ?? serving?.source.manifest ?? null;
  return {
    id: source.id,
    name: shown?.name ?? source.id,
    version: shown?.version ?? null,
    ...withDifference(statusOf(seen), difference),
    enabled: evaluated.enabled,
    builtin: source.builtin ?? serving?.source.builtin ?? null,
    digest: source.digest,
    approved_digest: row?.digest ?? null,
    approved_by: (serving ?? evaluated).approved_by,
    serving:
      serving !== null && live !== null
        ? { digest: serving.source.digest as string, version: serving.source.manifest?.version ?? '', state: live.state }
        : null,
    pending,
    permissions: shown?.permissions ?? {},
    configuration_schema: shown?.configuration_schema ?? {},
    ...ofKind(seen),
    config: (serving !== null && !evaluated.ready ? serving : evaluated).shown,
    missing: evaluated.missing,
    problems: seen.kept_problem === null ? source.problems : [...source.problems, seen.kept_problem],
    setup_guide: source.setup_guide,
  };
};
