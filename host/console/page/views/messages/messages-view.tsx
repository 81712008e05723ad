import type { Place } from '../../place/place.ts';
import { MessageDetail } from './message-detail.tsx';
import { MessageList } from './message-list.tsx';

export const MessagesView = ({ place }: { place: Place }) => {
  const id = place.path[1];
  return id === undefined ? <MessageList place={place} /> : <MessageDetail id={id} />;
};
