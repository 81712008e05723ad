/** Everything about who may use the API: tokens, logins of the console, and what ends with them. */
import type { IncomingMessage } from 'node:http';
import { AppError } from '../../errors.ts';
import { createOpenStreams } from '../../http/open-streams.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import type { Clock } from '../../lib/clock.ts';
import type { NewId } from '../../lib/ids.ts';
import { createAuthenticate } from './authenticate.ts';
import { createLoginThrottle } from './login-throttle.ts';
import { createLogins, type Login } from './logins.ts';
import type { Caller } from './roles.ts';
import { createTokens } from './tokens.ts';

export interface AccessDeps {
  ledger: Ledger;
  clock: Clock;
  newId: NewId;
  admin_token: string | null;
  public_url: string | null;
  fromCommandLine(request: IncomingMessage): boolean;
  os_user: string;
  on_error(error: unknown, what: string): void;
}

const STREAMS = { per_visitor: 16, total: 200 };
const THROTTLE = { per_address: 10, total: 100, window_ms: 60_000 };

export const createAccess = (deps: AccessDeps) => {
  const { ledger, clock } = deps;
  const streams = createOpenStreams(STREAMS);
  const throttle = createLoginThrottle(clock, THROTTLE);
  const tokens = createTokens({
    ...deps,
    bootstrap: deps.admin_token,
    on_revoked(id) {
      logins.endOf(id);
      streams.closeOf(`token:${id}`);
    },
  });
  const logins = createLogins({ ...deps, stands: tokens.stands, on_ended: (id) => streams.closeOf(`login:${id}`) });

  const audit = (actor: string, action: string, decision: string, detail: Record<string, unknown>) =>
    ledger.commit({ audit: [{ at: clock.now(), actor, action, decision, detail }] });

  return {
    now: () => clock.now(),
    tokens,
    streams,
    authenticate: createAuthenticate({ ...deps, tokens, logins }),
    /** Whether what the caller showed still stands. */
    stands({ credential }: Caller): boolean {
      const [kind, id = ''] = credential.split(':');
      if (kind === 'token') return tokens.stands(id);
      return kind !== 'login' || logins.stands(id);
    },
    /** How long, in ms, nobody may try from there: too many failed, there or everywhere. Asked before `login`, in the same turn. */
    loginWait: (address: string): number => throttle.wait(address),
    /** Throws `UNAUTHORIZED`. */
    async login(token: string, address: string): Promise<{ secret: string; login: Login }> {
      const found = tokens.find(token);
      if (!found) {
        throttle.failed(address);
        await audit('anonymous', 'login.refused', 'refused', { address });
        throw new AppError('UNAUTHORIZED', 'This token does not stand.', 'agentos token create makes one.');
      }
      await audit(`token:${found.name}`, 'login.begun', 'allowed', { address });
      return logins.begin(found);
    },
    async logout({ actor, by, credential }: Caller): Promise<void> {
      if (by !== 'cookie') return;
      logins.end(credential.slice('login:'.length));
      await audit(actor, 'login.ended', 'allowed', {});
    },
  };
};

export type Access = ReturnType<typeof createAccess>;
