/** What did not work, and how to mend it. */
import type { Failure } from '../api/ask.ts';
import { shown } from './foreign.tsx';

export const FailureNote = ({ failure, onAgain }: { failure: Failure | null; onAgain?: () => void }) => (
  // The place is always there: what comes into it is read out.
  <div role="alert">
    {failure && (
      <div class="note note-bad">
        <p>
          <strong>{shown(failure.detail)}</strong>
        </p>
        {failure.hint !== '' && <p>{shown(failure.hint)}</p>}
        {onAgain && (
          <button type="button" class="button" onClick={onAgain}>
            Try again
          </button>
        )}
      </div>
    )}
  </div>
);
