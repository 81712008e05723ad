/** Who has logged in here, and what that allows. */
import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { LoggedIn, Role } from '../api/answers.ts';
import type { Live } from '../live/live.ts';

const ROLES: readonly Role[] = ['viewer', 'operator', 'admin'];

export interface Session extends LoggedIn {
  live: Live;
  /** The cookie does not count any more. */
  onOver(): void;
}

export const SessionContext = createContext<Session | null>(null);

/** Only below the login. */
export const useSession = (): Session => {
  const session = useContext(SessionContext);
  if (session === null) throw new Error('nobody has logged in');
  return session;
};

/** Each role may do all that the ones before it may. What the page leaves out, the host refuses all the same. */
export const useMay = (): ((needed: Role) => boolean) => {
  const { role } = useSession();
  return (needed) => ROLES.indexOf(role) >= ROLES.indexOf(needed);
};
