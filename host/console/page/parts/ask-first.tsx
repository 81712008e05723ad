/** A button for what cannot be taken back, or is felt elsewhere: it asks first, and says exactly what will happen. */
import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import type { Role } from '../api/answers.ts';
import type { Act } from '../api/use-act.ts';
import { ActButton } from './act-button.tsx';
import { Dialog } from './dialog.tsx';
import { useHandOnFocus } from './hand-on-focus.ts';

export interface AskFirstProps {
  needs: Role;
  words: string;
  /** The button's name, with what it is about. */
  label: string;
  title: string;
  /** The dialog's button. */
  does: string;
  act: Act;
  /** The dialog closes when it answers true. */
  onDo(): Promise<boolean>;
  children: ComponentChildren;
}

export const AskFirst = ({ needs, words, label, title, does, act, onDo, children }: AskFirstProps) => {
  const self = useHandOnFocus<HTMLSpanElement>();
  const [asks, setAsks] = useState(false);
  const open = () => {
    act.forget();
    setAsks(true);
  };
  return (
    <span ref={self}>
      <ActButton needs={needs} label={label} onClick={open}>
        {words}…
      </ActButton>
      {asks && (
        <Dialog title={title} does={does} danger act={act} onClose={() => setAsks(false)} onDo={onDo}>
          {children}
        </Dialog>
      )}
    </span>
  );
};
