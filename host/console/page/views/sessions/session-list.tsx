import type { Session } from '../../api/answers.ts';
import { usePages } from '../../api/use-pages.ts';
import { Foreign } from '../../parts/foreign.tsx';
import { Key } from '../../parts/key.tsx';
import { List } from '../../parts/list.tsx';
import { PlaceFilters } from '../../parts/place-filters.tsx';
import type { Column } from '../../parts/table.tsx';
import { View } from '../../parts/view.tsx';
import { When } from '../../parts/when.tsx';
import { hrefOf, type Place } from '../../place/place.ts';
import { useChannelFilter } from '../messages/use-channel-filter.ts';
import { SessionState } from './session-state.tsx';

const columns: readonly Column<Session>[] = [
  { name: 'Last active', cell: ({ last_active_at }) => <When at={last_active_at} /> },
  {
    name: 'Person',
    kind: 'wide',
    cell: ({ id, user_key, conversation_key }) => (
      <a class="gist" href={hrefOf(['sessions', id])}>
        <Key text={user_key || conversation_key || id} />
      </a>
    ),
  },
  { name: 'Channel', cell: ({ channel_id }) => <Key text={channel_id} /> },
  { name: 'Conversation', cell: ({ conversation_key }) => <Key text={conversation_key || null} /> },
  { name: 'Began', cell: ({ created_at }) => <When at={created_at} /> },
  { name: 'State', cell: (session) => <SessionState session={session} /> },
  { name: 'Held by', cell: ({ held_by }) => (held_by === null ? <span class="quiet">–</span> : <Foreign text={held_by} />) },
];

export const SessionList = ({ place }: { place: Place }) => {
  const { channel_id, state } = place.query;
  const channels = useChannelFilter();
  const pages = usePages<Session>('/api/sessions', { channel_id, state }, { on: ['message', 'session'] });
  return (
    <View title="Sessions" lead="The context of each conversation, the newest first. An operator may take one over.">
      <PlaceFilters
        place={place}
        filters={[channels, { name: 'state', label: 'State', any: 'Open and closed', values: ['open', 'closed'] }]}
      />
      <List pages={pages} caption="Sessions" columns={columns} keyOf={({ id }) => id} empty="No sessions." />
    </View>
  );
};
