import { useState } from 'preact/hooks';
import { TextField } from '../../parts/field.tsx';
import { goTo } from '../../place/use-place.ts';
import { useChannelIds } from '../messages/use-channel-filter.ts';

export const PersonForm = ({ channel_id }: { channel_id: string }) => {
  const channels = useChannelIds();
  const [channel, setChannel] = useState(channel_id);
  const [user, setUser] = useState('');
  const find = (event: SubmitEvent) => {
    event.preventDefault();
    goTo(['people', channel.trim(), user.trim()]);
  };
  return (
    <form class="form person-form" onSubmit={find}>
      <TextField
        label="Channel"
        hint="Also one that was removed."
        value={channel}
        onValue={setChannel}
        choices={channels}
        maxLength={64}
        required
      />
      <TextField
        label="User key"
        hint="As a message or a session of the person shows it."
        value={user}
        onValue={setUser}
        maxLength={255}
        required
      />
      <div class="actions">
        <button type="submit" class="button button-main">
          Show what is stored
        </button>
      </div>
    </form>
  );
};
