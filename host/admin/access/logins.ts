/**
 * Logins of the console: a browser shows a token once and gets a cookie for it. The host keeps them in
 * memory only, as hashes; a restart ends them all, and so does the end of the token.
 */
import type { Clock } from '../../lib/clock.ts';
import { digestOf, findByDigest, newSecret } from './secret.ts';
import type { FoundToken } from './tokens.ts';

export interface LoginsDeps {
  clock: Clock;
  newId(): string;
  /** Whether the token of a login still stands. */
  stands(token_id: string): boolean;
  /** What rests on the login must end. */
  on_ended(id: string): void;
}

export interface Login {
  id: string;
  token: FoundToken;
}

interface Kept extends Login {
  digest: Buffer;
  began: number;
  used: number;
}

const IDLE_MS = 30 * 60_000;
export const LONGEST_MS = 12 * 3_600_000;
const MOST_PER_TOKEN = 20;

export const createLogins = (deps: LoginsDeps) => {
  const { clock } = deps;
  /** Oldest first. */
  const logins = new Map<string, Kept>();

  const end = (id: string): void => {
    if (logins.delete(id)) deps.on_ended(id);
  };
  const stands = ({ token, began, used }: Kept): boolean => {
    const now = clock.monotonic();
    return now - began < LONGEST_MS && now - used < IDLE_MS && deps.stands(token.id);
  };
  const endStale = (): void => {
    for (const login of [...logins.values()]) if (!stands(login)) end(login.id);
  };

  return {
    /** The secret goes into the cookie and nowhere else. A token that has too many loses its oldest one. */
    begin(token: FoundToken): { secret: string; login: Login } {
      endStale();
      const own = [...logins.values()].filter((login) => login.token.id === token.id);
      const [oldest] = own;
      if (own.length >= MOST_PER_TOKEN && oldest) end(oldest.id);
      const secret = newSecret();
      const id = deps.newId();
      const now = clock.monotonic();
      logins.set(id, { id, token, digest: digestOf(secret), began: now, used: now });
      return { secret, login: { id, token } };
    },
    find(secret: string): Login | null {
      endStale();
      const found = findByDigest(logins.values(), secret);
      if (!found) return null;
      found.used = clock.monotonic();
      return { id: found.id, token: found.token };
    },
    stands: (id: string): boolean => {
      const login = logins.get(id);
      return login !== undefined && stands(login);
    },
    end,
    endOf(token_id: string): void {
      for (const login of [...logins.values()]) if (login.token.id === token_id) end(login.id);
    },
  };
};

export type Logins = ReturnType<typeof createLogins>;
