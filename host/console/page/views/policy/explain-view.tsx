/** What would happen to a message, and by which rule. Nothing is sent, and nothing is recorded. */
import { useState } from 'preact/hooks';
import type { Explanation } from '../../api/answers.ts';
import { useAct } from '../../api/use-act.ts';
import { FailureNote } from '../../parts/failure-note.tsx';
import { Section, View } from '../../parts/view.tsx';
import { hrefOf, type Place } from '../../place/place.ts';
import { readDocument } from './document-text.ts';
import { useDraft } from './draft.ts';
import { ExplainForm } from './explain-form.tsx';
import { Explained } from './explained.tsx';
import { bodyOf, type Question, questionOf } from './question.ts';

export const ExplainView = ({ place }: { place: Place }) => {
  const act = useAct();
  const [draft] = useDraft();
  const [question, setQuestion] = useState(() => questionOf(place.query));
  const [byDraft, setByDraft] = useState(false);
  const [explanation, setExplanation] = useState<Explanation | null>(null);
  const edited = draft === null ? null : readDocument(draft.text);
  const change = (changed: Partial<Question>) => {
    setQuestion((before) => ({ ...before, ...changed }));
    setExplanation(null);
  };
  const explain = async () => {
    const policy = byDraft && edited?.ok ? edited.value : undefined;
    const done = await act.run<Explanation>('/api/policy/explain', { body: bodyOf(question, policy) });
    setExplanation(done?.value ?? null);
  };
  return (
    <View
      title="What would happen if…"
      above={{ title: 'Policy', href: hrefOf(['policy']) }}
      lead="A message that nobody wrote goes through the steps of the bus, and each says what it would do. Nothing is sent or recorded."
    >
      <Section title="The message">
        <ExplainForm
          question={question}
          onChange={change}
          draft={edited === null ? 'none' : edited.ok ? 'usable' : 'faulty'}
          byDraft={byDraft}
          onByDraft={(by) => {
            setByDraft(by);
            setExplanation(null);
          }}
          busy={act.busy}
          onAsk={() => void explain()}
        />
        <FailureNote failure={act.failure} />
      </Section>
      <div role="status">{explanation && <Explained explanation={explanation} />}</div>
    </View>
  );
};
