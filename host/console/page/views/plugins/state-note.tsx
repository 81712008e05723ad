import { Badge, toneOf } from '../../parts/badge.tsx';
import { shown } from '../../parts/foreign.tsx';

/** A state, why, and what mends it. */
export const StateNote = ({ state, reason, fix }: { state: string; reason: string | null; fix: string | null }) => (
  <div class={`state-note state-note-${toneOf(state)}`}>
    <p>
      <Badge state={state} /> {reason !== null && <bdi>{shown(reason)}</bdi>}
    </p>
    {fix !== null && (
      <p class="quiet state-note-fix">
        <bdi>{shown(fix)}</bdi>
      </p>
    )}
  </div>
);
