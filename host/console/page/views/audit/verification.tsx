/** Whether the trail is as it was written. */
import { FailureNote } from '../../parts/failure-note.tsx';
import { Section } from '../../parts/view.tsx';
import { useVerify } from './use-verify.ts';
import { VerdictOf } from './verdict.tsx';

export const Verification = () => {
  const { verifying, start, cancel } = useVerify();
  const isRunning = verifying.state === 'running';
  return (
    <Section
      title="Is it as it was written?"
      lead="Every commit is computed again, beside the traffic, and compared with the signed heads that this host keeps."
      actions={
        <button type="button" class="button" onClick={() => (isRunning ? cancel() : void start())}>
          {isRunning ? 'Cancel' : 'Verify the trail'}
        </button>
      }
    >
      <div role="status">
        {isRunning && (
          <p class="verifying">
            <progress aria-label="Verifying the trail" /> Verifying. A long trail takes minutes.
          </p>
        )}
        {verifying.state === 'done' && <VerdictOf verdict={verifying.verdict} at={verifying.at} />}
      </div>
      <FailureNote failure={verifying.state === 'failed' ? verifying.failure : null} onAgain={() => void start()} />
    </Section>
  );
};
