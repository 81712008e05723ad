/**
 * One transaction for many units, at most a statement or two per table. Order matters: what a row
 * refers to stands before it, and the audit rows come last, when it is known what was refused.
 */
import { type ChainHead, chainCommit } from '../audit/chain.ts';
import type { Connection } from './connection.ts';
import { retireRows } from './tables/aged.ts';
import { changeApprovals, insertApprovals } from './tables/approvals.ts';
import { type AuditRow, insertAudit } from './tables/audit.ts';
import { writeErasure } from './tables/erasures.ts';
import { changeEvents, insertEvents } from './tables/events.ts';
import { changeEvidence, insertEvidence } from './tables/evidence.ts';
import { resealValues } from './tables/host-sealed.ts';
import { changeMessages, insertMessages } from './tables/messages.ts';
import { deletePairings, upsertPairings } from './tables/pairings.ts';
import { insertPersons } from './tables/persons.ts';
import { changeStorage } from './tables/plugin-storage.ts';
import { resealConfigs, upsertPlugins } from './tables/plugins.ts';
import { writeRestoration } from './tables/restorations.ts';
import { holdSessions, upsertSessions } from './tables/sessions.ts';
import { setSettings } from './tables/settings.ts';
import { upsertTokens } from './tables/tokens.ts';
import type { ApprovalChange, AuditEntry, EventChange, EventRow, EvidenceChange, MessageChange, Unit, UnitResult } from './unit.ts';

type Written = { events: ReadonlyMap<string, number>; messages: ReadonlyMap<string, number>; changes: ReadonlySet<MessageChange> } & {
  approvals: ReadonlySet<ApprovalChange>;
};

const NOTHING: ReadonlyMap<string, number> = new Map();
const UNCHANGED: ReadonlySet<string> = new Set();

const collect = <K extends keyof Unit>(units: readonly Unit[], table: K): NonNullable<Unit[K]>[number][] =>
  units.flatMap((unit) => (unit[table] ?? []) as NonNullable<Unit[K]>[number][]);

/** Deliveries of one event that arrived in the same batch become one row; the first is the one that may be new. */
const fold = (events: readonly EventRow[]): { rows: EventRow[]; repeats: EventRow[] } => {
  const seen = new Set<string>();
  const rows: EventRow[] = [];
  const repeats: EventRow[] = [];
  for (const event of events) {
    const key = `${event.channel_id}\n${event.event_id}`;
    (seen.has(key) ? repeats : rows).push(event);
    seen.add(key);
  }
  return { rows, repeats };
};

/** An event that is parsed by the time its batch is cut is written once, as parsed. Returns the new rows. */
const writeEvents = async (
  db: Connection,
  events: readonly EventRow[],
  changes: readonly EventChange[],
): Promise<ReadonlyMap<string, number>> => {
  const parsed = new Map(changes.filter(({ state }) => state === 'parsed').map((change) => [change.id, change]));
  const { rows, repeats } = fold(events);
  const added = rows.length > 0 ? await insertEvents(db, rows, parsed) : NOTHING;
  if (repeats.length > 0) await insertEvents(db, repeats, parsed);
  const left = changes.filter(({ id, state }) => state !== 'parsed' || !added.has(id));
  if (left.length > 0) await changeEvents(db, left);
  return added;
};

/** What each unit gets told: who changed a row is known by the unit, because two of them may have tried. */
const resultOf = ({ message_changes = [], approval_changes = [] }: Unit, written: Written, retired: number): UnitResult => {
  const { events, messages, changes } = written;
  const changed = message_changes.filter((change) => changes.has(change)).map((change) => change.id);
  const approvals = approval_changes.filter((change) => written.approvals.has(change)).map((change) => change.id);
  return {
    events,
    messages,
    changed: changed.length > 0 ? new Set(changed) : UNCHANGED,
    approvals: approvals.length > 0 ? new Set(approvals) : UNCHANGED,
    evidence: UNCHANGED,
    retired,
  };
};

const approved = ({ requires_approval }: { requires_approval?: string }, { approvals }: UnitResult): boolean =>
  requires_approval === undefined || approvals.has(requires_approval);

const stands = (entry: AuditEntry, result: UnitResult): boolean =>
  (entry.requires_message === undefined || result.messages.has(entry.requires_message) || result.changed.has(entry.requires_message)) &&
  approved(entry, result) &&
  (entry.requires_evidence === undefined || result.evidence.has(entry.requires_evidence));

const auditRow = (entry: AuditEntry, chain: ChainHead): AuditRow => ({
  chain_id: chain.chain_id,
  commit_seq: chain.seq + 1,
  at: entry.at,
  actor: entry.actor,
  action: entry.action,
  person_id: entry.person_id ?? null,
  subject: entry.subject ?? null,
  decision: entry.decision ?? null,
  detail: entry.detail ? JSON.stringify(entry.detail) : null,
});

const writeAudit = async (db: Connection, rows: readonly AuditRow[], chain: ChainHead): Promise<ChainHead> => {
  if (rows.length === 0) return chain;
  const commit = chainCommit(chain.chain_id, chain.seq + 1, chain.hash, rows);
  await insertAudit(db, commit, rows);
  return { chain_id: chain.chain_id, seq: commit.seq, hash: commit.hash };
};

/** What became of the evidence of each unit: judged after the approvals that it may depend on. */
const writeEvidence = async (db: Connection, units: readonly Unit[], results: readonly UnitResult[]): Promise<UnitResult[]> => {
  const rows = collect(units, 'evidence');
  const changes = units.map(({ evidence_changes = [] }, index) =>
    evidence_changes.filter((change) => approved(change, results[index] as UnitResult)),
  );
  if (rows.length === 0 && changes.every(({ length }) => length === 0)) return [...results];
  const inserted = new Set(await insertEvidence(db, rows));
  const changed: ReadonlySet<EvidenceChange> = await changeEvidence(db, changes.flat());
  return units.map(({ evidence = [] }, index) => {
    const own = changes[index]?.filter((change) => changed.has(change)) ?? [];
    const ids = [...evidence.filter(({ id }) => inserted.has(id)), ...own].map(({ id }) => id);
    return { ...(results[index] as UnitResult), evidence: new Set(ids) };
  });
};

/** By unit. Last, so that what the same batch gave a row is known to the statement that judges it. */
const retire = async (db: Connection, units: readonly Unit[]): Promise<ReadonlyMap<Unit, number>> => {
  const counts = new Map<Unit, number>();
  for (const unit of units) {
    for (const retirement of unit.retire ?? []) counts.set(unit, (counts.get(unit) ?? 0) + (await retireRows(db, retirement)));
  }
  return counts;
};

const writeTables = async (
  db: Connection,
  units: readonly Unit[],
  chain: ChainHead,
): Promise<{ results: UnitResult[]; head: ChainHead }> => {
  const persons = collect(units, 'persons');
  if (persons.length > 0) await insertPersons(db, persons);
  const newEvents = await writeEvents(db, collect(units, 'events'), collect(units, 'event_changes'));
  const sessions = collect(units, 'sessions');
  if (sessions.length > 0) await upsertSessions(db, sessions);
  const holds = collect(units, 'session_holds');
  if (holds.length > 0) await holdSessions(db, holds);
  const messages = collect(units, 'messages');
  const newMessages = messages.length > 0 ? await insertMessages(db, messages) : NOTHING;
  const changes = await changeMessages(db, collect(units, 'message_changes'));
  const plugins = collect(units, 'plugins');
  if (plugins.length > 0) await upsertPlugins(db, plugins);
  const resealed = collect(units, 'resealed_configs');
  if (resealed.length > 0) await resealConfigs(db, resealed);
  const storage = collect(units, 'storage');
  if (storage.length > 0) await changeStorage(db, storage);
  const pairings = collect(units, 'pairings');
  if (pairings.length > 0) await upsertPairings(db, pairings);
  await deletePairings(db, collect(units, 'unpaired'));
  await resealValues(db, collect(units, 'resealed_values'));
  const tokens = collect(units, 'tokens');
  if (tokens.length > 0) await upsertTokens(db, tokens);
  await insertApprovals(db, collect(units, 'approvals'));
  const approvals = await changeApprovals(db, collect(units, 'approval_changes'));
  for (const erasure of collect(units, 'erasures')) await writeErasure(db, erasure);
  for (const restoration of collect(units, 'restorations')) await writeRestoration(db, restoration);
  const written: Written = { events: newEvents, messages: newMessages, changes, approvals };
  const retired = await retire(db, units);
  const results = await writeEvidence(
    db,
    units,
    units.map((unit) => resultOf(unit, written, retired.get(unit) ?? 0)),
  );
  const settings = units.flatMap(({ settings: rows = [] }, index) => rows.filter((row) => approved(row, results[index] as UnitResult)));
  if (settings.length > 0) await setSettings(db, settings);
  const entries = units.flatMap(({ audit = [] }, index) => audit.filter((entry) => stands(entry, results[index] as UnitResult)));
  const head = await writeAudit(
    db,
    entries.map((entry) => auditRow(entry, chain)),
    chain,
  );
  return { results, head };
};

/** Writes the units in one transaction and says of each what became of it, or throws and leaves the database as it was. */
export const writeBatch = async (
  db: Connection,
  units: readonly Unit[],
  chain: ChainHead,
): Promise<{ results: UnitResult[]; head: ChainHead }> => {
  await db.run('BEGIN IMMEDIATE');
  try {
    const written = await writeTables(db, units, chain);
    await db.run('COMMIT');
    return written;
  } catch (error) {
    // A full disk may have ended the transaction already; ROLLBACK then says there is none.
    await db.run('ROLLBACK').catch(() => undefined);
    throw error;
  }
};
