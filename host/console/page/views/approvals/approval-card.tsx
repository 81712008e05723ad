/** A request that waits: exactly what would happen, and the two answers to it. */
import type { Approval } from '../../api/answers.ts';
import { NeedsRole } from '../../parts/act-button.tsx';
import { Foreign } from '../../parts/foreign.tsx';
import { useHandOnFocus } from '../../parts/hand-on-focus.ts';
import { useMay } from '../../session/session.ts';
import { Decide } from './decide.tsx';
import { titleOf, wishOf } from './request.ts';
import { RequestFacts } from './request-facts.tsx';

export const ApprovalCard = ({ approval, onDecided }: { approval: Approval; onDecided(): void }) => {
  const may = useMay();
  const card = useHandOnFocus<HTMLElement>();
  const isMode = wishOf(approval).kind === 'mode';
  return (
    <article ref={card} class="card request">
      <h3>
        <Foreign text={titleOf(approval)} />
      </h3>
      <RequestFacts approval={approval} />
      {isMode && may('operator') && <NeedsRole needs="admin" to="decide about a change of a mode" />}
      <Decide approval={approval} needs={isMode ? 'admin' : 'operator'} onDecided={onDecided} />
    </article>
  );
};
