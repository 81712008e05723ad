/** Messages and deliveries in rows. */
import type { Message } from '../../api/answers.ts';
import type { Pages } from '../../api/use-pages.ts';
import { Badge } from '../../parts/badge.tsx';
import { Foreign } from '../../parts/foreign.tsx';
import { Key } from '../../parts/key.tsx';
import { List } from '../../parts/list.tsx';
import type { Column } from '../../parts/table.tsx';
import { When } from '../../parts/when.tsx';
import { hrefOf } from '../../place/place.ts';

const LONGEST = 140;
const gist = ({ text, type, attachments }: Message): string => {
  const words = text === null || text === '' ? `[${attachments.length > 0 ? `${attachments.length} × ` : ''}${type}]` : text;
  return words.length > LONGEST ? `${words.slice(0, LONGEST).replace(/[\ud800-\udbff]$/, '')}…` : words;
};

export const messageColumns: readonly Column<Message>[] = [
  { name: 'Time', cell: ({ received_at }) => <When at={received_at} /> },
  {
    name: 'Message',
    kind: 'wide',
    cell: (message) => (
      <span>
        <span class="direction">{message.direction === 'inbound' ? 'in' : 'out'}</span>{' '}
        <a class="gist" href={hrefOf(['messages', message.id])}>
          <Foreign text={gist(message)} />
        </a>
      </span>
    ),
  },
  { name: 'Channel', cell: ({ channel_id }) => <Key text={channel_id} /> },
  { name: 'Person', cell: ({ user_name, user_key, conversation_key }) => <Key text={user_name ?? user_key ?? conversation_key} /> },
  { name: 'State', cell: ({ state }) => <Badge state={state} /> },
];

export const MessageTable = ({ pages, columns = messageColumns }: { pages: Pages<Message>; columns?: readonly Column<Message>[] }) => (
  <List pages={pages} caption="Messages" columns={columns} keyOf={({ id }) => id} empty="No messages." />
);
