import type { Session } from '../../api/answers.ts';
import { Badge } from '../../parts/badge.tsx';

/** Of the sessions of one person, new messages join one. */
export const SessionState = ({ session: { state, active } }: { session: Session }) => (
  <>
    <Badge state={state} tone={state === 'open' && active ? 'good' : 'quiet'} />
    {state === 'open' && !active && <span class="quiet"> set aside for another</span>}
  </>
);
