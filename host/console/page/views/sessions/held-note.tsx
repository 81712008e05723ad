import type { Session } from '../../api/answers.ts';
import { Foreign } from '../../parts/foreign.tsx';
import { useSession } from '../../session/session.ts';
import { isMine } from './holder.ts';

/** Says who holds the conversation, and what that means for what the person writes. */
export const HeldNote = ({ session: { held_by } }: { session: Session }) => {
  const { name } = useSession();
  if (held_by === null) return null;
  return (
    <div class="note note-warn" role="status">
      <p>
        {isMine(held_by, name) ? (
          <strong>You hold this conversation.</strong>
        ) : (
          <strong>
            <Foreign text={held_by} /> holds this conversation.
          </strong>
        )}
      </p>
      <p>What the person writes is recorded, not run: nobody answers it but a person, until the conversation is released.</p>
    </div>
  );
};
