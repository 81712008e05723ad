/** A button for something that a role may do. Whoever may not does not see it; the host would refuse it all the same. */
import type { ComponentChildren } from 'preact';
import type { Role } from '../api/answers.ts';
import { useMay } from '../session/session.ts';

export interface ActButtonProps {
  needs: Role;
  kind?: 'main' | 'danger';
  disabled?: boolean;
  /** When the words alone do not say what it is about. */
  label?: string;
  onClick(): void;
  children: ComponentChildren;
}

export const ActButton = ({ needs, kind, disabled = false, label, onClick, children }: ActButtonProps) => {
  const may = useMay();
  if (!may(needs)) return null;
  return (
    <button
      type="button"
      class={kind === undefined ? 'button' : `button button-${kind}`}
      disabled={disabled}
      aria-label={label}
      onClick={onClick}
    >
      {children}
    </button>
  );
};

/** Said once where buttons are missing. */
export const NeedsRole = ({ needs, to }: { needs: Role; to: string }) => {
  const may = useMay();
  return may(needs) ? null : (
    <p class="quiet">
      To {to}, log in with a token of the role {needs}.
    </p>
  );
};
