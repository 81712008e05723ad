/** One entry of the trail, as the API and `--json` show it. */
import type { StoredAuditRow } from '../db/tables/audit.ts';
import { AppError } from '../errors.ts';
import { isoTime } from '../lib/clock.ts';

/** What somebody wrote into the table past the host is shown as text, and breaks nothing. */
const parsed = (detail: string | null): unknown => {
  if (detail === null) return null;
  try {
    return JSON.parse(detail) as unknown;
  } catch {
    return detail;
  }
};

const LATEST_MS = 8_640_000_000_000_000;

export const auditView = (row: StoredAuditRow) => ({
  seq: row.seq,
  chain_id: row.chain_id,
  commit_seq: row.commit_seq,
  at: Number.isInteger(row.at) && Math.abs(row.at) <= LATEST_MS ? isoTime(row.at) : String(row.at),
  actor: row.actor,
  action: row.action,
  person_id: row.person_id,
  subject: row.subject,
  decision: row.decision,
  detail: parsed(row.detail),
});

export type AuditView = ReturnType<typeof auditView>;

/** ms since 1970, from a time that somebody typed. Throws `INVALID_PARAMS`. */
export const timeOf = (name: string, text: string | undefined): number | undefined => {
  if (text === undefined) return undefined;
  const time = /^\d{4}-\d{2}-\d{2}/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isFinite(time)) return time;
  throw new AppError('INVALID_PARAMS', `${name} is no time: ${text.slice(0, 40)}.`, 'Write it as ISO 8601: 2026-01-31T12:00:00Z.');
};
