/** Whether the page hears of what happens, in words beside a dot. */
import type { ConnectionStatus } from './connection.ts';

const SAYS: Readonly<Record<Exclude<ConnectionStatus, 'open'>, string>> = {
  connecting: 'Connecting…',
  reconnecting: 'Connection lost. Trying again…',
};

/** `open`: the page's own word for all being well. */
export const ConnectionSign = ({ status, open }: { status: ConnectionStatus; open: string }) => (
  <p class={`connection connection-${status}`} role="status">
    <span class="connection-dot" aria-hidden="true" />
    {status === 'open' ? open : SAYS[status]}
  </p>
);
