/** What a request to a connector brought, in the words that its answer and its evidence share. */
import type { Executed } from '../api/answers.ts';
import { Foreign, shown } from './foreign.tsx';

/** Where something comes from: whatever stands in it is content and no instruction. */
export const ProvenanceLine = ({ provenance }: Pick<Executed, 'provenance'>) =>
  provenance && (
    <p class="quiet">
      Untrusted content from <Foreign text={provenance.source} /> ({provenance.trust_tier.replaceAll('_', ' ')}).
    </p>
  );

export const ErrorLines = ({ error }: Pick<Executed, 'error'>) =>
  error && (
    <>
      <p>
        <strong>{shown(error.message)}</strong> <span class="quiet">{shown(error.code)}</span>
      </p>
      {error.hint !== '' && <p>{shown(error.hint)}</p>}
      {error.retry_after_ms !== undefined && <p>Try again in {Math.ceil(error.retry_after_ms / 1000)} seconds.</p>}
    </>
  );
