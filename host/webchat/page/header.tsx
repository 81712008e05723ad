import type { ConnectionStatus } from '../../pages/browser/connection.ts';
import { ConnectionSign } from '../../pages/browser/connection-sign.tsx';
import { Mark } from '../../pages/browser/mark.tsx';

export const Header = ({ connection }: { connection: ConnectionStatus }) => (
  <header class="header">
    <Mark />
    <h1 class="header-title">Chat</h1>
    <ConnectionSign status={connection} open="Connected" />
  </header>
);
