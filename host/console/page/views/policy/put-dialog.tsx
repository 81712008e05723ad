import { useAct } from '../../api/use-act.ts';
import { Dialog } from '../../parts/dialog.tsx';

export interface PutDialogProps {
  value: object;
  /** Another document came into force since the editing began. */
  overtaken: boolean;
  onClose(): void;
  onPut(): void;
}

export const PutDialog = ({ value, overtaken, onClose, onPut }: PutDialogProps) => {
  const act = useAct();
  const put = async () => {
    const done = await act.run('/api/policy', { method: 'PUT', body: value }, () => 'The document is in force.');
    if (done) onPut();
    return done !== null;
  };
  return (
    <Dialog title="Put the document in force" does="Put it in force" act={act} onClose={onClose} onDo={put}>
      <p>
        <code>config/security_policy.json</code> is written with the whole document, and it holds at once: the next message and the next
        request meet it.
      </p>
      {overtaken && (
        <p class="note note-warn">
          Another document came into force since you began to edit. This one takes its place, and what was changed there is lost.
        </p>
      )}
    </Dialog>
  );
};
