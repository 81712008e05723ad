/**
 * After a change of the host key: what the former ones sealed goes over to the new one, in small steps beside the
 * traffic. Stopped in between, the rest stays under a former key, which is kept, until the next change.
 */
import type { ResealedValue } from '../db/unit.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { Seal } from './seal.ts';

type ResealLedger = Pick<Ledger, 'commit' | 'foreignValues' | 'openText' | 'loadKeys'>;

const STEP = 200;

/** What cannot be opened stays as it is. */
const openable = (ledger: ResealLedger, sealed: string, place: { table: string; row: string; column: string }): string | null => {
  try {
    return ledger.openText(sealed, place.table, place.row, place.column);
  } catch {
    return null;
  }
};

/** Returns how many values went over. */
export const resealTable = async (ledger: ResealLedger, table: ResealedValue['table'], next: Seal): Promise<number> => {
  let count = 0;
  for (let after: readonly string[] | null = null; ; ) {
    const page = await ledger.foreignValues(table, next.key_id, after, STEP);
    if (page.length === 0) return count;
    await ledger.loadKeys(page.map(({ sealed }) => sealed));
    const resealed = page.flatMap(({ row, place, sealed: was }) => {
      const text = openable(ledger, was, place);
      return text === null ? [] : [{ table, row, was, sealed: next.seal(text, place) }];
    });
    if (resealed.length > 0) await ledger.commit({ resealed_values: resealed });
    count += resealed.length;
    after = page.at(-1)?.row ?? null;
  }
};
