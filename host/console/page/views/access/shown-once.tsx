/** A new token. It is in no store of the page: gone when somebody leaves the view. */
import type { CreatedToken } from '../../api/answers.ts';
import { CopyButton } from '../../parts/copy-button.tsx';
import { Foreign, shown } from '../../parts/foreign.tsx';
import { useHandOnFocus } from '../../parts/hand-on-focus.ts';

export const ShownOnce = ({ created, onDone }: { created: CreatedToken; onDone(): void }) => {
  const self = useHandOnFocus<HTMLDivElement>();
  return (
    <div ref={self} class="note note-good shown-once">
      <p>
        <strong>
          The token <Foreign text={created.name} />
        </strong>{' '}
        with the role {created.role}. It is shown here and nowhere else: copy it now. It is gone when you leave this view.
      </p>
      <p>
        <code>{shown(created.token)}</code>
      </p>
      <div class="actions">
        <CopyButton text={created.token} what="token" />
        <button type="button" class="button" onClick={onDone}>
          I have it
        </button>
      </div>
    </div>
  );
};
