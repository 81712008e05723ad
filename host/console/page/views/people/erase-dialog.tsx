/** Asks for the user key again: nothing of an erasure can be taken back. */
import { useState } from 'preact/hooks';
import type { Erasure } from '../../api/answers.ts';
import { useAct } from '../../api/use-act.ts';
import { Dialog } from '../../parts/dialog.tsx';
import { TextField } from '../../parts/field.tsx';
import { shown } from '../../parts/foreign.tsx';
import { isTyped } from './typed.ts';

export interface EraseDialogProps {
  address: string;
  user_key: string;
  onClose(): void;
  onErased(erasure: Erasure): void;
}

export const EraseDialog = ({ address, user_key, onClose, onErased }: EraseDialogProps) => {
  const act = useAct();
  const [typed, setTyped] = useState('');
  const [wrong, setWrong] = useState(false);
  const erase = async () => {
    if (!isTyped(typed, user_key)) {
      setWrong(true);
      return false;
    }
    const done = await act.run<Erasure>(address, { method: 'DELETE' }, () => 'The person is erased.');
    if (done) onErased(done.value);
    return done !== null;
  };
  const type = (text: string) => {
    setTyped(text);
    setWrong(false);
  };
  return (
    <Dialog title="Erase this person for good?" does="Erase for good" danger act={act} onClose={onClose} onDo={erase}>
      <p>
        The keys of the person and of the direct conversations are destroyed. Words, user keys and requests to connectors are emptied, what
        was not sent or run ends, the sessions are closed, and the pairing is removed.
      </p>
      <p>Nobody can take this back, not with a backup either. Download the export before, if somebody wants it.</p>
      <p>
        User key: <code>{shown(user_key)}</code>
      </p>
      <TextField label="Type the user key again" value={typed} onValue={type} required />
      <div role="alert">{wrong && <p class="note note-warn">This is not the user key. Nothing was erased.</p>}</div>
    </Dialog>
  );
};
