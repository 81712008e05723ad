/** The verdict on the trail, in words. Pure. */
import type { Verdict } from '../../api/answers.ts';

export interface VerdictWords {
  /** Whether all is well. */
  good: boolean;
  says: string;
  /** Where and what, one sentence each; foreign names stand in them. */
  because: readonly string[];
}

const many = (count: number, one: string, several: string): string => `${count} ${count === 1 ? one : several}`;

const headsOf = ({ heads }: Verdict): string =>
  heads === 0
    ? 'No signed head was compared: an end that was cut off could not be seen.'
    : `${many(heads, 'signed head was', 'signed heads were')} compared.`;

const rowOf = (row: NonNullable<Verdict['broken']>['row']): string =>
  row === null ? '' : `, row ${row.position}${row.seq === null ? '' : ` (entry ${row.seq})`}`;

export const verdictWords = (verdict: Verdict): VerdictWords => {
  const { ok, broken, head_faults } = verdict;
  const faults = head_faults.map(({ file, line, message }) => `${file}, line ${line}: ${message}`);
  if (ok) return { good: true, says: 'Everything is as it was written.', because: [headsOf(verdict)] };
  if (broken === null)
    return { good: false, says: 'The trail fits together, but signed heads prove nothing.', because: [...faults, headsOf(verdict)] };
  const { chain_id, commit_seq, row, message } = broken;
  return {
    good: false,
    says: `The trail is NOT as it was written. Commit ${commit_seq} of the chain ${chain_id} is the first that is broken.`,
    because: [
      `Commit ${commit_seq}${rowOf(row)}: ${message}`,
      ...faults,
      'Keep the database file as it is, and compare it with a backup and with heads kept elsewhere.',
    ],
  };
};
