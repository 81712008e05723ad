/** What a decision about a plugin writes: its row and its audit entry. Pure; refusals are told to whoever decides. */
import type { PluginRow } from '../db/unit.ts';
import { AppError } from '../errors.ts';
import { codeHashOf } from './digest.ts';
import { readGrants, secretFieldsOf, writeGrants } from './grant-record.ts';
import { type PluginKind, WORDS } from './kinds.ts';
import type { PluginSource } from './plugin-source.ts';

export interface AuditOf {
  actor: string;
  action: string;
  decision: string;
  detail?: Record<string, unknown>;
}

export interface Decision {
  row: PluginRow;
  audit: AuditOf;
}

/** What `config/channels.json` or `config/connectors.json` states. */
export interface FileEntry {
  enabled?: boolean | undefined;
  grants?: { digest?: string | undefined } | undefined;
}

export const emptyRow = (kind: PluginKind, id: string): PluginRow => ({
  kind,
  id,
  enabled: null,
  digest: null,
  grants: null,
  approved_by: null,
  approved_at: null,
  config: null,
  ran: 0,
});

export const decideEnable = (row: PluginRow, file: FileEntry | undefined, actor: string): Decision => {
  if (file?.enabled === false) {
    const place = WORDS[row.kind].file;
    throw new AppError('SET_IN_FILE', `${place} says that ${row.id} is disabled.`, `Set "enabled": true for ${row.id} in ${place}.`);
  }
  return { row: { ...row, enabled: 1 }, audit: { actor, action: `${row.kind}.enabled`, decision: 'enabled' } };
};

/** Works always, whatever a file states. */
export const decideDisable = (row: PluginRow, actor: string): Decision => ({
  row: { ...row, enabled: 0 },
  audit: { actor, action: `${row.kind}.disabled`, decision: 'disabled' },
});

const waitingDigest = (source: PluginSource, digest: string | null, file: FileEntry | undefined): string => {
  const waiting = source.digest;
  if (waiting === null) {
    throw new AppError(
      'MANIFEST_INVALID',
      `${source.id} cannot be approved while it is invalid.`,
      `${WORDS[source.kind].command} show lists the problems.`,
    );
  }
  if (digest !== null && digest !== waiting) {
    throw new AppError(
      'DIGEST_MISMATCH',
      `The digest that waits for ${source.id} is ${waiting}.`,
      'Look at the change, then approve this digest.',
    );
  }
  if (file?.grants !== undefined) {
    const place = WORDS[source.kind].file;
    throw new AppError(
      'SET_IN_FILE',
      `${place} states what ${source.id} is granted.`,
      `Put "digest": "${waiting}" and what it asks for into ${source.id}.grants in ${place}, or remove the grants there.`,
    );
  }
  return waiting;
};

/** The row of an approval: it knows the code and the manifest, so that the next request can be compared with them. */
const approvedRow = (
  row: PluginRow,
  source: PluginSource,
  person: string,
  more: { approved_by: string; now: number; kept_secret: readonly string[] },
): PluginRow => {
  const { manifest, bundle } = source as { manifest: NonNullable<PluginSource['manifest']>; bundle: NonNullable<PluginSource['bundle']> };
  const record = readGrants(row);
  return {
    ...row,
    digest: source.digest,
    approved_by: more.approved_by,
    approved_at: more.now,
    grants: writeGrants({
      ...record,
      code: codeHashOf(bundle.code),
      manifest,
      person,
      secret_fields: [...new Set([...more.kept_secret, ...secretFieldsOf(manifest)])],
    }),
  };
};

export interface ApproveInput {
  row: PluginRow;
  source: PluginSource;
  file: FileEntry | undefined;
  /** The digest that the person names; null approves what waits. */
  digest: string | null;
  actor: string;
  now: number;
}

/** A person approves the digest that waits; refused when it is no longer that one. */
export const decideApprove = ({ row, source, file, digest, actor, now }: ApproveInput): Decision => {
  const waiting = waitingDigest(source, digest, file);
  const approved = approvedRow(row, source, actor, { approved_by: actor, now, kept_secret: [] });
  return {
    row: { ...approved, enabled: row.enabled === 0 ? 0 : 1 },
    audit: {
      actor,
      action: `${row.kind}.approved`,
      decision: 'approved',
      detail: { digest: waiting, permissions: source.manifest?.permissions ?? {} },
    },
  };
};

/** Nobody needs to be asked: see `self-approval.ts`. The person who approved more stays named. */
export const decideByItself = (row: PluginRow, source: PluginSource, by: { actor: string; because: string }, now: number): Decision => {
  const { person, secret_fields } = readGrants(row);
  const approved_by = by.actor === 'host' ? (row.approved_by ?? by.actor) : by.actor;
  return {
    row: approvedRow(row, source, person ?? '', { approved_by, now, kept_secret: secret_fields }),
    audit: {
      actor: by.actor,
      action: `${row.kind}.approved`,
      decision: 'approved',
      detail: { digest: source.digest, before: row.digest, because: by.because, first_approved_by: person },
    },
  };
};

/** A generation runs for the first time, or another one than before does; null when the row says so already. */
export const noteRun = (row: PluginRow, digest: string): Decision | null => {
  const record = readGrants(row);
  if (row.ran === 1 && record.last === digest) return null;
  const previous = record.last !== null && record.last !== digest ? record.last : record.previous;
  return {
    row: { ...row, ran: 1, grants: writeGrants({ ...record, last: digest, previous }) },
    audit:
      row.ran === 1
        ? { actor: 'host', action: `${row.kind}.generation`, decision: 'running', detail: { digest, before: record.last } }
        : { actor: 'host', action: `${row.kind}.first_run`, decision: 'running', detail: { digest } },
  };
};

/** Digests whose kept bundles a row may still need. */
export const neededBy = (row: PluginRow): string[] => {
  const { last, previous } = readGrants(row);
  return [row.digest, last, previous].filter((digest) => digest !== null);
};
