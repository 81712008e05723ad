import type { Executed } from '../../api/answers.ts';
import { Badge } from '../../parts/badge.tsx';
import { Json } from '../../parts/foreign.tsx';
import { ErrorLines, ProvenanceLine } from '../../parts/request-outcome.tsx';
import { hrefOf } from '../../place/place.ts';

export const Outcome = ({ outcome: { status, error, data, provenance, evidence_id } }: { outcome: Executed }) => (
  <div class="outcome">
    <p>
      <Badge state={status} /> <a href={hrefOf(['evidence', evidence_id])}>Its evidence</a>
      {status === 'requires_approval' && (
        <>
          {' · '}
          <a href={hrefOf(['approvals'])}>Approvals</a>
        </>
      )}
    </p>
    <ErrorLines error={error} />
    <ProvenanceLine provenance={provenance} />
    {data !== null && <Json label="What came back" value={data} />}
  </div>
);
