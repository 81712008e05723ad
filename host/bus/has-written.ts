/** Whether a run that the host died in has written through a connector: then it is not begun anew. */
import type { StoredEvidence } from '../db/tables/evidence.ts';
import type { Ledger } from '../ledger/ledger.ts';

/** It was carried out, or nobody can say that it was not. */
const MAY_HAVE_WRITTEN: ReadonlySet<StoredEvidence['state']> = new Set(['success', 'unknown', 'started', 'timeout']);

export const hasWritten = async (ledger: Pick<Ledger, 'evidenceOfMessage'>, message_id: string): Promise<boolean> =>
  (await ledger.evidenceOfMessage(message_id)).some(({ effect, state }) => effect === 'write' && MAY_HAVE_WRITTEN.has(state));
