/**
 * What the host states of a chain under its signature, one JSON line each:
 * `head`: at this time the chain ended with this commit. `cut`: retention removed everything up to it.
 */
import { type AuditKey, signedBy } from './audit-key.ts';
import type { ChainHead } from './chain.ts';

export interface Statement extends ChainHead {
  kind: 'head' | 'cut';
  /** ISO 8601, UTC. */
  at: string;
  /** The public key, base64url. */
  key: string;
  /** Base64url. */
  signature: string;
}

type Unsigned = Omit<Statement, 'signature'>;

/** What is signed. The first word keeps the signature from meaning anything elsewhere. */
const signedText = ({ kind, chain_id, seq, hash, at, key }: Unsigned): string =>
  JSON.stringify(['agentos audit', kind, chain_id, seq, hash, at, key]);

export const makeStatement = (key: AuditKey, kind: Statement['kind'], { chain_id, seq, hash }: ChainHead, at: string): Statement => {
  const unsigned: Unsigned = { kind, chain_id, seq, hash, at, key: key.name };
  return { ...unsigned, signature: key.sign(signedText(unsigned)) };
};

/** Null for anything that is no statement, whoever made it. */
export const asStatement = (value: unknown): Statement | null => {
  if (typeof value !== 'object' || value === null) return null;
  const { kind, chain_id, seq, hash, at, key, signature } = value as Record<keyof Statement, unknown>;
  if (kind !== 'head' && kind !== 'cut') return null;
  if (typeof seq !== 'number' || !Number.isSafeInteger(seq) || seq < 1) return null;
  if (typeof chain_id !== 'string' || typeof hash !== 'string' || typeof at !== 'string') return null;
  if (typeof key !== 'string' || typeof signature !== 'string' || !Number.isFinite(Date.parse(at))) return null;
  return { kind, chain_id, seq, hash, at, key, signature };
};

export const parseStatement = (line: string): Statement | null => {
  try {
    return asStatement(JSON.parse(line));
  } catch {
    return null;
  }
};

export type StatementFault = 'unknown_key' | 'bad_signature';

/** Null when one of the trusted keys signed it. */
export const faultOf = (statement: Statement, trusted: ReadonlySet<string>): StatementFault | null => {
  if (!trusted.has(statement.key)) return 'unknown_key';
  return signedBy(statement.key, signedText(statement), statement.signature) ? null : 'bad_signature';
};
