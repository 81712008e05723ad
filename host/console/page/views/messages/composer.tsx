/** Writes to a person, once: what got no answer is sent again under the same name. */
import { useRef, useState } from 'preact/hooks';
import type { Posted } from '../../api/answers.ts';
import { useAct } from '../../api/use-act.ts';
import { FailureNote } from '../../parts/failure-note.tsx';
import { TextArea } from '../../parts/field.tsx';
import { createPostKey } from './post-key.ts';

export interface ComposerProps {
  label: string;
  /** Where it goes, as `POST /api/messages` takes it. */
  to: { in_reply_to: string } | { session_id: string };
  onSent(): void;
}

/** Of the API. */
const MAX_TEXT = 100_000;

const wordsFor = ({ state, held_by }: Posted): string =>
  state === 'held' ? `Recorded. It goes out when nothing holds it any more: ${held_by ?? 'the channel'}.` : 'Recorded. It goes out now.';

export const Composer = ({ label, to, onSent }: ComposerProps) => {
  const act = useAct();
  const [text, setText] = useState('');
  const key = useRef(createPostKey(() => crypto.randomUUID()));
  const send = async (event: SubmitEvent) => {
    event.preventDefault();
    if (act.busy || text.trim() === '') return;
    const asking = { body: { ...to, text }, headers: { 'idempotency-key': key.current.of(text) } };
    if (!(await act.run<Posted>('/api/messages', asking, wordsFor))) return;
    key.current.used();
    setText((now) => (now === text ? '' : now));
    onSent();
  };
  return (
    <form class="form composer" onSubmit={send}>
      <TextArea label={label} value={text} onValue={setText} rows={3} maxLength={MAX_TEXT} required />
      <FailureNote failure={act.failure} />
      {act.failure?.status === 0 && <p class="quiet">It may have been recorded all the same. Sent again unchanged, it goes out once.</p>}
      <div class="actions">
        <button type="submit" class="button button-main" disabled={act.busy}>
          {act.busy ? 'Sending…' : 'Send'}
        </button>
      </div>
    </form>
  );
};
