/** The document as a text: what is wrong with it, what it would change, and the way into force. */
import { useState } from 'preact/hooks';
import type { Replay } from '../../api/answers.ts';
import { useAct } from '../../api/use-act.ts';
import { ActButton } from '../../parts/act-button.tsx';
import { FailureNote } from '../../parts/failure-note.tsx';
import { TextArea } from '../../parts/field.tsx';
import { readDocument, textOf } from './document-text.ts';
import { useDraft } from './draft.ts';
import { Faults } from './faults.tsx';
import { PutDialog } from './put-dialog.tsx';
import { LAST, WouldChange } from './would-change.tsx';

export interface PolicyEditorProps {
  /** In force. */
  policy: object;
  again(): void;
}

export const PolicyEditor = ({ policy, again }: PolicyEditorProps) => {
  const [draft, setDraft] = useDraft();
  const [checked, setChecked] = useState<{ text: string; replay: Replay } | null>(null);
  const [puts, setPuts] = useState(false);
  const checking = useAct();
  const inForce = textOf(policy);
  const text = draft?.text ?? inForce;
  const document = readDocument(text);
  const isEdited = text !== inForce;
  const edit = (edited: string) => {
    checking.forget();
    setDraft(edited === inForce ? null : { base: draft?.base ?? inForce, text: edited });
  };
  const check = async (value: object) => {
    if (checking.busy) return;
    const done = await checking.run<Replay>('/api/policy/check', { body: { policy: value, last: LAST } });
    if (done) setChecked({ text, replay: done.value });
  };
  const openPut = () => {
    // Somebody else may have changed it meanwhile.
    again();
    setPuts(true);
  };
  return (
    <div class="policy-editor">
      <TextArea label="security_policy.json" rows={24} code value={text} onValue={edit} />
      <Faults faults={document.ok ? [] : document.faults} />
      <div class="actions">
        <ActButton needs="admin" disabled={!document.ok} onClick={() => document.ok && void check(document.value)}>
          {checking.busy ? 'Working…' : 'What would change'}
        </ActButton>
        <ActButton needs="admin" kind="main" disabled={!document.ok || !isEdited} onClick={openPut}>
          Put it in force…
        </ActButton>
        <ActButton needs="admin" disabled={!isEdited} onClick={() => edit(inForce)}>
          Undo all edits
        </ActButton>
      </div>
      <FailureNote failure={checking.failure} />
      <div role="status">{checked?.text === text && <WouldChange replay={checked.replay} />}</div>
      {puts && document.ok && (
        <PutDialog
          value={document.value}
          overtaken={draft !== null && draft.base !== inForce}
          onClose={() => setPuts(false)}
          onPut={() => {
            setDraft(null);
            again();
          }}
        />
      )}
    </div>
  );
};
