/** What a connector request asked and got, sealed: under the key of its session's person, without a session under the host's. */
import type { EvidenceRow } from '../db/unit.ts';
import type { ContentKeys } from '../secrets/content-keys.ts';

export type EvidenceOwner = Pick<EvidenceRow, 'id' | 'channel_id' | 'conversation_key' | 'user_key'>;
export type EvidenceColumn = 'request' | 'result';

const place = (row: string, column: EvidenceColumn) => ({ table: 'evidence', row, column });

export const sealEvidence = (keys: ContentKeys, owner: EvidenceOwner, column: EvidenceColumn, text: string): string =>
  owner.channel_id === '' ? keys.sealOurs(text, place(owner.id, column)) : keys.sealFor(owner, text, place(owner.id, column));

/** null: retention has emptied it, or the key was destroyed. */
export const openEvidence = (
  keys: ContentKeys,
  row: Pick<EvidenceRow, 'id' | 'request' | 'result'>,
  column: EvidenceColumn,
): string | null => {
  const sealed = row[column];
  return sealed === null ? null : keys.open(sealed, place(row.id, column));
};
