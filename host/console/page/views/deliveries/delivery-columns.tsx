import type { Message } from '../../api/answers.ts';
import { Badge } from '../../parts/badge.tsx';
import { Foreign, shown } from '../../parts/foreign.tsx';
import type { Column } from '../../parts/table.tsx';
import { When } from '../../parts/when.tsx';
import { messageColumns } from '../messages/message-table.tsx';
import { reasonOf } from '../messages/reasons.ts';
import { DeliveryActions } from './delivery-actions.tsx';

/** Why it is as it is, and what comes next. */
const StateCell = ({ delivery }: { delivery: Message }) => {
  const { state, error, held_by, next_attempt_at } = delivery;
  const reason = reasonOf(delivery);
  return (
    <div class="delivery-state">
      <Badge state={state} />
      {held_by !== null && (
        <p>
          Held by <Foreign text={held_by} />
        </p>
      )}
      {next_attempt_at !== null && (
        <p>
          Next attempt <When at={next_attempt_at} />
        </p>
      )}
      {reason !== null && <p>{shown(reason)}</p>}
      {error !== null && (
        <p class="delivery-error">
          <Foreign text={error} />
        </p>
      )}
    </div>
  );
};

export const deliveryColumns = (onChanged: () => void): readonly Column<Message>[] => [
  ...messageColumns.filter(({ name }) => name !== 'State'),
  { name: 'State', cell: (delivery) => <StateCell delivery={delivery} /> },
  { name: 'Attempts', kind: 'number', cell: ({ attempts }) => attempts },
  { name: 'Actions', cell: (delivery) => <DeliveryActions delivery={delivery} onChanged={onChanged} /> },
];
