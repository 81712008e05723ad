/** What did not work, and how to mend it. */
import { inLines } from '../../../lib/unseen.ts';
import type { Failure } from '../api/ask.ts';

export const FailureNote = ({ failure, onAgain }: { failure: Failure | null; onAgain?: () => void }) => (
  // The place is always there: what comes into it is read out.
  <div role="alert">
    {failure && (
      <div class="note note-bad">
        <p class="note-lines">
          <strong>{inLines(failure.detail)}</strong>
        </p>
        {failure.hint !== '' && <p class="note-lines">{inLines(failure.hint)}</p>}
        {onAgain && (
          <button type="button" class="button" onClick={onAgain}>
            Try again
          </button>
        )}
      </div>
    )}
  </div>
);
