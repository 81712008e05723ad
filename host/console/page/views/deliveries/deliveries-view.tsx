/** Messages to people that are on their way, and those that did not arrive. */
import type { Message } from '../../api/answers.ts';
import { usePages } from '../../api/use-pages.ts';
import { NeedsRole } from '../../parts/act-button.tsx';
import { PlaceFilters } from '../../parts/place-filters.tsx';
import { View } from '../../parts/view.tsx';
import type { Place } from '../../place/place.ts';
import { MessageTable } from '../messages/message-table.tsx';
import { UNKNOWN_MEANS } from '../messages/reasons.ts';
import { statesOf } from '../messages/states.ts';
import { useChannelFilter } from '../messages/use-channel-filter.ts';
import { deliveryColumns } from './delivery-columns.tsx';

export const DeliveriesView = ({ place }: { place: Place }) => {
  const { channel_id, state } = place.query;
  const channels = useChannelFilter();
  const pages = usePages<Message>('/api/deliveries', { channel_id, state }, { on: ['message'] });
  return (
    <View title="Deliveries" lead="Messages to people, newest first, and what became of each.">
      <PlaceFilters
        place={place}
        filters={[channels, { name: 'state', label: 'State', any: 'Every state', values: statesOf('outbound') }]}
      />
      <p class="narrowed">{UNKNOWN_MEANS}</p>
      <NeedsRole needs="operator" to="retry or drop a delivery" />
      <MessageTable pages={pages} columns={deliveryColumns(pages.again)} />
    </View>
  );
};
