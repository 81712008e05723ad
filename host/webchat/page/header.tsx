import type { ConnectionStatus } from './connection.ts';
import { MarkIcon } from './icons.tsx';

const SAYS: Readonly<Record<ConnectionStatus, string>> = {
  connecting: 'Connecting…',
  open: 'Connected',
  reconnecting: 'Connection lost. Trying again…',
};

export const Header = ({ connection }: { connection: ConnectionStatus }) => (
  <header class="header">
    <MarkIcon />
    <h1 class="header-title">Chat</h1>
    <p class={`connection connection-${connection}`} role="status">
      <span class="connection-dot" aria-hidden="true" />
      {SAYS[connection]}
    </p>
  </header>
);
