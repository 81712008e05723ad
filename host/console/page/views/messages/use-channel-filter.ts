import type { Channel, Page } from '../../api/answers.ts';
import { useAsked } from '../../api/use-asked.ts';
import type { Filter } from '../../parts/place-filters.tsx';

export const useChannelIds = (): readonly string[] => {
  const { value } = useAsked<Page<Channel>>('/api/channels', { on: ['channel'] });
  return value?.items.map(({ id }) => id) ?? [];
};

/** The channels of this home, to narrow a list by. */
export const useChannelFilter = (): Filter => ({ name: 'channel_id', label: 'Channel', any: 'Every channel', values: useChannelIds() });
