/** A question above the page; the browser keeps the focus in it and takes Escape. */
import type { ComponentChildren } from 'preact';
import { useEffect, useId, useRef } from 'preact/hooks';
import type { Act } from '../api/use-act.ts';
import { FailureNote } from './failure-note.tsx';

export interface DialogProps {
  title: string;
  /** The button that does it. */
  does: string;
  danger?: boolean;
  act: Act;
  onClose(): void;
  /** Closes by itself when it answers true. */
  onDo(): Promise<boolean>;
  children: ComponentChildren;
}

export const Dialog = ({ title, does, danger = false, act, onClose, onDo, children }: DialogProps) => {
  const dialog = useRef<HTMLDialogElement>(null);
  const heading = useId();
  useEffect(() => {
    const opener = document.activeElement;
    dialog.current?.showModal();
    return () => {
      if (opener instanceof HTMLElement) opener.focus();
    };
  }, []);
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    if (!act.busy && (await onDo())) onClose();
  };
  return (
    <dialog ref={dialog} class="dialog" aria-labelledby={heading} onClose={onClose}>
      <form onSubmit={submit}>
        <h2 id={heading}>{title}</h2>
        {children}
        <FailureNote failure={act.failure} />
        <div class="actions dialog-actions">
          <button type="button" class="button" onClick={onClose}>
            Cancel
          </button>
          {/* A button that is disabled loses the focus: this one takes no second click instead. */}
          <button type="submit" class={`button ${danger ? 'button-danger' : 'button-main'}`} aria-disabled={act.busy}>
            {act.busy ? 'Working…' : does}
          </button>
        </div>
      </form>
    </dialog>
  );
};
