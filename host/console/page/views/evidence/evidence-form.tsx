import { useState } from 'preact/hooks';
import { TextField } from '../../parts/field.tsx';
import { goTo } from '../../place/use-place.ts';

export const EvidenceForm = () => {
  const [id, setId] = useState('');
  const show = (event: SubmitEvent) => {
    event.preventDefault();
    if (id.trim() !== '') goTo(['evidence', id.trim()]);
  };
  return (
    <form class="form evidence-form" onSubmit={show}>
      <TextField
        label="Id of the evidence"
        hint="It stands in the answer to each request, and in the audit trail."
        value={id}
        onValue={setId}
        required
        maxLength={64}
      />
      <div class="actions">
        <button type="submit" class="button button-main">
          Show it
        </button>
      </div>
    </form>
  );
};
