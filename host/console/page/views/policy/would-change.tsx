/** Which of the last decisions about messages another document would change. */
import type { Replay } from '../../api/answers.ts';
import { Foreign } from '../../parts/foreign.tsx';
import { Key } from '../../parts/key.tsx';
import { type Column, Table } from '../../parts/table.tsx';
import { When } from '../../parts/when.tsx';
import { hrefOf } from '../../place/place.ts';

/** So many decisions are asked for. */
export const LAST = 500;

type Change = Replay['changed'][number];

const COLUMNS: readonly Column<Change>[] = [
  { name: 'Time', cell: ({ at }) => <When at={at} /> },
  {
    name: 'Message',
    cell: ({ message_id }) => (
      <a href={hrefOf(['messages', message_id])}>
        <Key text={message_id} />
      </a>
    ),
  },
  { name: 'Channel', cell: ({ channel_id }) => <Key text={channel_id} /> },
  {
    name: 'Was → would be',
    kind: 'wide',
    cell: ({ was, would_be }) => (
      <span>
        <Foreign text={was} /> → <strong>{<Foreign text={would_be} />}</strong>
      </span>
    ),
  },
  { name: 'Rule', cell: ({ rule }) => <Key text={rule} /> },
];

const decisions = (count: number): string => `${count} ${count === 1 ? 'decision' : 'decisions'}`;

export const WouldChange = ({ replay }: { replay: Replay }) => {
  const { replayed, not_replayed, window_not_replayed, changed } = replay;
  return (
    <div class="would-change">
      <p>
        Of the last {decisions(replayed)} about messages, {changed.length === 0 ? 'none' : changed.length} would change.
        {not_replayed > 0 &&
          ` ${decisions(not_replayed)} could not be made again: the message is not kept any more, or never came to a rule.`}
        {window_not_replayed > 0 &&
          ` ${decisions(window_not_replayed)} cannot be told: time_window_seconds differs from the one in which they were counted.`}
      </p>
      {changed.length > 0 && (
        <Table
          caption="Decisions that would change"
          columns={COLUMNS}
          rows={changed}
          keyOf={({ message_id, at }) => `${message_id} ${at}`}
          empty="None."
        />
      )}
    </div>
  );
};
