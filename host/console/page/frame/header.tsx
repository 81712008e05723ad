import { useEffect, useState } from 'preact/hooks';
import { ConnectionSign } from '../../../pages/browser/connection-sign.tsx';
import { Mark } from '../../../pages/browser/mark.tsx';
import { ask } from '../api/ask.ts';
import { hrefOf } from '../place/place.ts';
import { useSession } from '../session/session.ts';
import { ModeSwitch } from './mode-switch.tsx';

const LiveSign = () => {
  const { live } = useSession();
  const [status, setStatus] = useState(live.status());
  useEffect(() => {
    setStatus(live.status());
    return live.onStatus(() => setStatus(live.status()));
  }, [live]);
  return <ConnectionSign status={status} open="Live" />;
};

export const Header = () => {
  const { name, role } = useSession();
  const logOut = () => void ask('/api/logout', { method: 'POST' }).then(({ ok }) => ok && location.reload());
  return (
    <header class="header">
      <a class="header-home" href={hrefOf([])}>
        <Mark />
        <span>CommunicationOS</span>
      </a>
      <ModeSwitch />
      <LiveSign />
      <p class="header-who">
        <bdi>{name}</bdi> <span class="quiet">{role}</span>
      </p>
      <button type="button" class="button button-quiet" onClick={logOut}>
        Log out
      </button>
    </header>
  );
};
