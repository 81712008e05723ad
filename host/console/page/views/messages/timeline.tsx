/** Draws the life of a message. */
import { Badge } from '../../parts/badge.tsx';
import { Foreign, shown } from '../../parts/foreign.tsx';
import { Key } from '../../parts/key.tsx';
import { When } from '../../parts/when.tsx';
import { hrefOf } from '../../place/place.ts';
import { DeliveryActions } from '../deliveries/delivery-actions.tsx';
import type { Moment, MomentFact } from './moments.ts';
import { Said } from './said.tsx';

const FactValue = ({ fact }: { fact: MomentFact }) => {
  if ('at' in fact) return <When at={fact.at} />;
  return 'key' in fact ? <Key text={fact.key} /> : <Foreign text={fact.text} />;
};

const MomentFacts = ({ facts }: { facts: readonly MomentFact[] }) =>
  facts.length === 0 ? null : (
    <dl class="moment-facts">
      {facts.map((fact) => (
        <div key={fact.name}>
          <dt>{fact.name}</dt>
          <dd>
            <FactValue fact={fact} />
          </dd>
        </div>
      ))}
    </dl>
  );

const MomentItem = ({ moment, onChanged }: { moment: Moment; onChanged(): void }) => {
  const { title, at, state, reason, error, said, delivery, evidence_id, facts } = moment;
  const path = said ? ['messages', said.id] : evidence_id === null ? null : ['evidence', evidence_id];
  return (
    <li class="moment">
      <div class="moment-head">
        <h3>{path ? <a href={hrefOf(path)}>{title}</a> : title}</h3>
        {state !== null && <Badge state={state} />}
        <When at={at} otherwise="not yet" />
      </div>
      {said && <Said message={said} />}
      {reason !== null && <p>{shown(reason)}</p>}
      {error !== null && (
        <p class="moment-error">
          <Foreign text={error} />
        </p>
      )}
      <MomentFacts facts={facts} />
      {delivery && <DeliveryActions delivery={delivery} onChanged={onChanged} />}
    </li>
  );
};

export const Timeline = ({ moments, onChanged }: { moments: readonly Moment[]; onChanged(): void }) => (
  <ol class="timeline">
    {moments.map((moment) => (
      <MomentItem key={moment.id} moment={moment} onChanged={onChanged} />
    ))}
  </ol>
);
