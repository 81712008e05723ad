/**
 * The trail for somebody who does not trust this host: each row with its digest and the hashes of its
 * commit, so that everything can be recomputed from the file alone (docs/security.md, "The trail"). A commit
 * is written whole or not at all: half of one proves nothing.
 */
import type { AuditCommit, StoredAuditRow } from '../db/tables/audit.ts';
import { isoTime } from '../lib/clock.ts';
import { rowDigest } from './chain.ts';
import type { ChainSource } from './verify-chain.ts';

export interface ExportSource extends ChainSource {
  chains(): Promise<string[]>;
}

export interface ExportFilter {
  /** ms since 1970, both included: commits with at least one row of that time. */
  from?: number | undefined;
  to?: number | undefined;
}

/** What a row is exported as, in the order of the CSV's columns. `at_ms` and `detail` are exactly what was hashed. */
const exported = (row: StoredAuditRow, commit: AuditCommit) => ({
  chain_id: row.chain_id,
  commit_seq: row.commit_seq,
  seq: row.seq,
  at: Number.isFinite(new Date(row.at).getTime()) ? isoTime(row.at) : String(row.at),
  at_ms: row.at,
  actor: row.actor,
  action: row.action,
  person_id: row.person_id,
  subject: row.subject,
  decision: row.decision,
  detail: row.detail,
  row_hash: rowDigest(row),
  prev_hash: commit.prev_hash,
  rows_hash: commit.rows_hash,
  commit_hash: commit.hash,
});

export type ExportedRow = ReturnType<typeof exported>;

const COLUMNS = [
  'chain_id',
  'commit_seq',
  'seq',
  'at',
  'at_ms',
  'actor',
  'action',
  'person_id',
  'subject',
  'decision',
  'detail',
  'row_hash',
  'prev_hash',
  'rows_hash',
  'commit_hash',
] as const satisfies readonly (keyof ExportedRow)[];

const COMMITS = 500;
const ROWS = 4000;

async function* rowsOf(source: ExportSource, chain_id: string): AsyncGenerator<StoredAuditRow> {
  for (let after = { commit_seq: -1, seq: -1 }; ; ) {
    const page = await source.rows(chain_id, after, ROWS);
    yield* page;
    const last = page.at(-1);
    if (!last) return;
    after = { commit_seq: last.commit_seq, seq: last.seq };
  }
}

/** Each commit with its rows. A row without a commit is in none of them: `audit verify` tells of it. */
async function* commitsOf(source: ExportSource, chain_id: string): AsyncGenerator<{ commit: AuditCommit; rows: StoredAuditRow[] }> {
  const rows = rowsOf(source, chain_id);
  let row = (await rows.next()).value as StoredAuditRow | undefined;
  for (let after = -1; ; ) {
    const page = await source.commits(chain_id, after, COMMITS);
    for (const commit of page) {
      const own: StoredAuditRow[] = [];
      for (; row && row.commit_seq <= commit.seq; row = (await rows.next()).value as StoredAuditRow | undefined)
        if (row.commit_seq === commit.seq) own.push(row);
      yield { commit, rows: own };
    }
    const last = page.at(-1);
    if (!last) return;
    after = last.seq;
  }
}

export async function* exportTrail(source: ExportSource, { from, to }: ExportFilter): AsyncGenerator<ExportedRow> {
  for (const chain_id of await source.chains()) {
    for await (const { commit, rows } of commitsOf(source, chain_id)) {
      if (rows.some(({ at }) => at >= (from ?? Number.NEGATIVE_INFINITY) && at <= (to ?? Number.POSITIVE_INFINITY)))
        for (const row of rows) yield exported(row, commit);
    }
  }
}

/** Null is nothing, the empty text is `""`: the two have different digests. */
const csvCell = (value: string | number | null): string => {
  if (value === null) return '';
  const text = String(value);
  return text === '' || /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
};

export const EXPORT_FORMATS = {
  jsonl: { heading: '', line: (row: ExportedRow): string => `${JSON.stringify(row)}\n` },
  /** RFC 4180. */
  csv: {
    heading: `${COLUMNS.join(',')}\r\n`,
    line: (row: ExportedRow): string => `${COLUMNS.map((column) => csvCell(row[column])).join(',')}\r\n`,
  },
} as const;
