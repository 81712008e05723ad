/**
 * What is known of the chains beside the chains themselves: signed heads and cuts from files, cuts that the
 * trail names, and heads that the first entry of a later chain names.
 */
import type { StoredAuditRow } from '../db/tables/audit.ts';
import { asStatement, faultOf, parseStatement, type Statement } from './statement.ts';
import type { HeadFault } from './verdict.ts';

export interface HeadsFile {
  file: string;
  text: string;
}

export interface Evidence {
  /** By chain, then by commit: the hash it had. */
  heads: Map<string, Map<number, { hash: string; signed: boolean }>>;
  cuts: Map<string, Statement>;
  faults: HeadFault[];
  signed: number;
}

const MESSAGES: Readonly<Record<HeadFault['what'], string>> = {
  unreadable: 'is no statement about the trail',
  bad_signature: 'has a wrong signature: the key that it names did not sign it',
  unknown_key: 'was signed by another key than that of this home',
};

const addHead = (evidence: Evidence, chain_id: string, seq: number, hash: string, signed: boolean): void => {
  const heads = evidence.heads.get(chain_id) ?? new Map<number, { hash: string; signed: boolean }>();
  evidence.heads.set(chain_id, heads);
  // What was signed outweighs what a chain says of another.
  if (signed || !heads.has(seq)) heads.set(seq, { hash, signed });
};

const addStatement = (evidence: Evidence, statement: Statement): void => {
  if (statement.kind === 'head') {
    evidence.signed++;
    addHead(evidence, statement.chain_id, statement.seq, statement.hash, true);
  } else if (statement.seq > (evidence.cuts.get(statement.chain_id)?.seq ?? 0)) evidence.cuts.set(statement.chain_id, statement);
};

export const evidenceOfFiles = (files: readonly HeadsFile[], trusted: ReadonlySet<string>): Evidence => {
  const evidence: Evidence = { heads: new Map(), cuts: new Map(), faults: [], signed: 0 };
  for (const { file, text } of files) {
    const lines = text.split('\n');
    for (const [index, line] of lines.entries()) {
      if (line.trim() === '') continue;
      const statement = parseStatement(line);
      // The host may be writing the last line at this moment, or a crash has cut it off.
      if (!statement && index === lines.length - 1) continue;
      const what = statement ? faultOf(statement, trusted) : 'unreadable';
      if (statement && what === null) addStatement(evidence, statement);
      else if (what !== null)
        evidence.faults.push({ file, line: index + 1, what, message: `Line ${index + 1} of ${file} ${MESSAGES[what]}.` });
    }
  }
  return evidence;
};

const detailOf = (row: StoredAuditRow): Record<string, unknown> => {
  try {
    return (JSON.parse(row.detail ?? '{}') ?? {}) as Record<string, unknown>;
  } catch {
    return {};
  }
};

/** Cuts count only with a signature: whoever may write rows could otherwise remove them and say that it was retention. */
export const addEntries = (evidence: Evidence, rows: readonly StoredAuditRow[], trusted: ReadonlySet<string>): void => {
  for (const row of rows) {
    const detail = detailOf(row);
    if (row.action === 'audit.cut') {
      const statement = asStatement(detail);
      if (statement?.kind === 'cut' && faultOf(statement, trusted) === null) addStatement(evidence, statement);
      continue;
    }
    for (const head of Array.isArray(detail.heads) ? detail.heads : []) {
      const { chain_id, seq, hash } = (head ?? {}) as Record<string, unknown>;
      if (typeof chain_id === 'string' && typeof seq === 'number' && typeof hash === 'string')
        addHead(evidence, chain_id, seq, hash, false);
    }
  }
};
