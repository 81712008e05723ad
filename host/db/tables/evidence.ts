/** `evidence`: one row a connector request. A change happens only from a state that it names. */
import { rowsFrom, tuples } from '../batch-statement.ts';
import type { Connection } from '../connection.ts';
import type { EvidenceChange, EvidenceRow } from '../unit.ts';

const COLUMNS = [
  'id',
  'request_id',
  'connector_id',
  'operation',
  'effect',
  'caller_kind',
  'actor',
  'channel_id',
  'conversation_key',
  'user_key',
  'person_id',
  'session_id',
  'message_id',
  'approval_id',
  'idempotency_key',
  'state',
  'rule',
  'code',
  'counted',
  'request_hash',
  'result_hash',
  'request',
  'result',
  'requested_at',
  'started_at',
  'finished_at',
] as const;
const INSERT = `INSERT INTO evidence (${COLUMNS.join(', ')}) SELECT ${COLUMNS.join(', ')} FROM (${rowsFrom(COLUMNS)}) WHERE true
  ON CONFLICT DO NOTHING RETURNING id`;
/** Of an erased request, or one whose time is over, nothing is kept: what it still brings neither. */
const CHANGE = `UPDATE evidence SET state = ?2, rule = coalesce(?3, rule), code = ?4,
    result = CASE WHEN request IS NULL OR ?2 = 'started' THEN NULL ELSE coalesce(?5, result) END,
    result_hash = CASE ?2 WHEN 'started' THEN NULL ELSE coalesce(?6, result_hash) END,
    idempotency_key = coalesce(?11, idempotency_key), started_at = coalesce(?7, started_at), finished_at = coalesce(?8, finished_at), collected_at = coalesce(?9, collected_at)
  WHERE id = ?1 AND state IN (SELECT value FROM json_each(?10)) AND (?9 IS NULL OR collected_at IS NULL) RETURNING id`;

export const insertEvidence = async (db: Connection, rows: readonly EvidenceRow[]): Promise<string[]> =>
  rows.length === 0 ? [] : (await db.all<{ id: string }>(INSERT, [tuples<EvidenceRow>(COLUMNS, rows)])).map(({ id }) => id);

/** The changes that happened. */
export const changeEvidence = async (db: Connection, changes: readonly EvidenceChange[]): Promise<ReadonlySet<EvidenceChange>> => {
  const happened = new Set<EvidenceChange>();
  for (const change of changes) {
    const { id, state, rule = null, code = null, result = null, result_hash = null } = change;
    const { started_at = null, finished_at = null, collected_at = null, idempotency_key = null } = change;
    const params = [
      id,
      state,
      rule,
      code,
      result,
      result_hash,
      started_at,
      finished_at,
      collected_at,
      JSON.stringify(change.from),
      idempotency_key,
    ];
    if ((await db.all(CHANGE, params)).length > 0) happened.add(change);
  }
  return happened;
};

export type StoredEvidence = EvidenceRow & { seq: number; collected_at: number | null };

export const EVIDENCE_STARTED = `SELECT * FROM evidence WHERE state = 'started' ORDER BY seq LIMIT ?`;
export const EVIDENCE_OF_MESSAGE = 'SELECT * FROM evidence WHERE message_id = ? ORDER BY seq';
export const EVIDENCE_BY_KEY = 'SELECT * FROM evidence WHERE idempotency_key = ?';

export const evidenceById = (db: Connection, id: string): Promise<StoredEvidence | undefined> =>
  db.get<StoredEvidence>('SELECT * FROM evidence WHERE id = ?', [id]);
export const evidenceByKey = (db: Connection, key: string): Promise<StoredEvidence | undefined> =>
  db.get<StoredEvidence>(EVIDENCE_BY_KEY, [key]);
export const startedEvidence = (db: Connection, limit: number): Promise<StoredEvidence[]> =>
  db.all<StoredEvidence>(EVIDENCE_STARTED, [limit]);
export const evidenceOfMessage = (db: Connection, message_id: string): Promise<StoredEvidence[]> =>
  db.all<StoredEvidence>(EVIDENCE_OF_MESSAGE, [message_id]);

/** What counts towards the limits of its callers, newest first; `seq` is nearly the order of time. */
export const recentRequests = async (db: Connection, since: number, limit: number): Promise<StoredEvidence[]> =>
  (await db.all<StoredEvidence>('SELECT * FROM evidence ORDER BY seq DESC LIMIT ?', [limit])).filter(
    ({ counted, requested_at }) => counted === 1 && requested_at > since,
  );

/** Of a user, oldest first; in direct conversations also what names nobody. */
export const evidenceOfPerson = (
  db: Connection,
  { channel_id, user_key, direct }: { channel_id: string; user_key: string; direct: readonly string[] },
  after_seq: number,
  limit: number,
): Promise<StoredEvidence[]> =>
  db.all<StoredEvidence>(
    `SELECT * FROM evidence WHERE channel_id = ?1 AND channel_id <> '' AND seq > ?4
       AND (user_key = ?2 OR (user_key IS NULL AND conversation_key IN (SELECT value FROM json_each(?3))))
     ORDER BY seq LIMIT ?5`,
    [channel_id, user_key, JSON.stringify(direct), after_seq, limit],
  );
