import type { Place } from '../../place/place.ts';
import { SessionDetail } from './session-detail.tsx';
import { SessionList } from './session-list.tsx';

export const SessionsView = ({ place }: { place: Place }) => {
  const id = place.path[1];
  return id === undefined ? <SessionList place={place} /> : <SessionDetail id={id} />;
};
