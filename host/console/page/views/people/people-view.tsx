import { NeedsRole } from '../../parts/act-button.tsx';
import { View } from '../../parts/view.tsx';
import type { Place } from '../../place/place.ts';
import { useMay } from '../../session/session.ts';
import { PersonDetail } from './person-detail.tsx';
import { PersonForm } from './person-form.tsx';

const LEAD = 'Everything that is stored of one user of a channel: read it out, or erase it.';

export const PeopleView = ({ place }: { place: Place }) => {
  const may = useMay();
  const [, channel_id, user_key] = place.path;
  if (may('admin') && channel_id !== undefined && user_key !== undefined)
    return <PersonDetail channel_id={channel_id} user_key={user_key} />;
  return (
    <View title="People" lead={LEAD}>
      <NeedsRole needs="admin" to="see, export or erase what is stored of a person" />
      {may('admin') && <PersonForm channel_id={channel_id ?? ''} />}
    </View>
  );
};
