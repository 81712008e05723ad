/** The record of one request to a connector. */
import type { Evidence } from '../../api/answers.ts';
import { segment } from '../../api/ask.ts';
import { useAsked } from '../../api/use-asked.ts';
import { FailureNote } from '../../parts/failure-note.tsx';
import { View } from '../../parts/view.tsx';
import { hrefOf, type Place } from '../../place/place.ts';
import { EvidenceForm } from './evidence-form.tsx';
import { EvidenceSections } from './evidence-sections.tsx';

const LEAD = 'What was asked of a connector, how it was decided, and what came back.';

const OneEvidence = ({ id }: { id: string }) => {
  const { value, failure, again } = useAsked<Evidence>(`/api/evidence/${segment(id)}`, { on: ['approval', 'connector'] });
  return (
    <View
      title={value === null ? 'Evidence' : `${value.connector_type ?? 'A connector'}: ${value.operation ?? 'an operation'}`}
      lead={LEAD}
      above={{ title: 'Evidence', href: hrefOf(['evidence']) }}
    >
      <FailureNote failure={failure} onAgain={again} />
      {value === null && failure === null && <p class="empty">Loading…</p>}
      {value && <EvidenceSections evidence={value} />}
    </View>
  );
};

export const EvidenceView = ({ place }: { place: Place }) => {
  const id = place.path[1];
  if (id !== undefined) return <OneEvidence id={id} />;
  return (
    <View title="Evidence" lead={LEAD}>
      <EvidenceForm />
    </View>
  );
};
