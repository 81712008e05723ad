import type { Message } from '../../api/answers.ts';
import { usePages } from '../../api/use-pages.ts';
import { Key } from '../../parts/key.tsx';
import { PlaceFilters } from '../../parts/place-filters.tsx';
import { View } from '../../parts/view.tsx';
import { hrefOf, type Place } from '../../place/place.ts';
import { MessageTable } from './message-table.tsx';
import { statesOf } from './states.ts';
import { useChannelFilter } from './use-channel-filter.ts';

export const MessageList = ({ place }: { place: Place }) => {
  const { channel_id, direction, state, session_id } = place.query;
  const channels = useChannelFilter();
  const pages = usePages<Message>('/api/messages', { channel_id, direction, state, session_id }, { on: ['message'] });
  return (
    <View title="Messages" lead="What people wrote and what they were answered, newest first.">
      <PlaceFilters
        place={place}
        filters={[
          channels,
          { name: 'direction', label: 'Direction', any: 'In and out', values: ['inbound', 'outbound'], drops: ['state'] },
          { name: 'state', label: 'State', any: 'Every state', values: statesOf(direction) },
        ]}
      />
      {session_id !== undefined && (
        <p class="narrowed">
          Of the session{' '}
          <a href={hrefOf(['sessions', session_id])}>
            <Key text={session_id} />
          </a>{' '}
          alone. <a href={hrefOf(['messages'], { ...place.query, session_id: null })}>Show those of every session</a>
        </p>
      )}
      <MessageTable pages={pages} />
    </View>
  );
};
