import type { Message } from '../../api/answers.ts';
import { Foreign, shown } from '../../parts/foreign.tsx';
import type { Column } from '../../parts/table.tsx';
import { When } from '../../parts/when.tsx';
import { messageColumns } from '../messages/message-table.tsx';
import { reasonOf } from '../messages/reasons.ts';
import { DeliveryActions } from './delivery-actions.tsx';

/** Why it is as it is, and what it waits for. */
const Why = ({ delivery }: { delivery: Message }) => {
  const { held_by, next_attempt_at, error } = delivery;
  const reason = reasonOf(delivery);
  return (
    <>
      {reason !== null && <p>{shown(reason)}</p>}
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
      {error !== null && (
        <p class="delivery-error">
          <Foreign text={error} />
        </p>
      )}
    </>
  );
};

const withReason = (column: Column<Message>): Column<Message> => ({
  ...column,
  cell: (delivery) => (
    <div class="delivery">
      {column.cell(delivery)}
      <Why delivery={delivery} />
    </div>
  ),
});

export const deliveryColumns = (onChanged: () => void): readonly Column<Message>[] => [
  ...messageColumns.map((column) => (column.name === 'Message' ? withReason(column) : column)),
  { name: 'Attempts', kind: 'number', cell: ({ attempts }) => attempts },
  { name: 'Actions', cell: (delivery) => <DeliveryActions delivery={delivery} onChanged={onChanged} /> },
];
