import type { ConnectionStatus } from '../../pages/browser/connection.ts';
import { Mark } from '../../pages/browser/mark.tsx';

const SAYS: Readonly<Record<ConnectionStatus, string>> = {
  connecting: 'Connecting…',
  open: 'Connected',
  reconnecting: 'Connection lost. Trying again…',
};

export const Header = ({ connection }: { connection: ConnectionStatus }) => (
  <header class="header">
    <Mark />
    <h1 class="header-title">Chat</h1>
    <p class={`connection connection-${connection}`} role="status">
      <span class="connection-dot" aria-hidden="true" />
      {SAYS[connection]}
    </p>
  </header>
);
