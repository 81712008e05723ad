/** Who asks. One function authenticates every route. */
import type { IncomingMessage } from 'node:http';
import { AppError } from '../../errors.ts';
import { readCookie } from './cookie.ts';
import type { Logins } from './logins.ts';
import type { Caller } from './roles.ts';
import type { Tokens } from './tokens.ts';

export interface AuthenticateDeps {
  tokens: Pick<Tokens, 'find' | 'hasAdmin'>;
  logins: Pick<Logins, 'find'>;
  public_url: string | null;
  /** True for requests of the command line's socket, which only the home's owner can open. */
  fromCommandLine(request: IncomingMessage): boolean;
  os_user: string;
}

export type Authenticate = (request: IncomingMessage) => Caller;

/** Throws `UNAUTHORIZED`. A token that is shown and does not stand is not made up for by a cookie. */
export const createAuthenticate = ({ tokens, logins, public_url, fromCommandLine, os_user }: AuthenticateDeps): Authenticate => {
  const byToken = (header: string): Caller | null => {
    const given = /^Bearer ([\x21-\x7e]{1,512})$/.exec(header)?.[1];
    const token = given === undefined ? null : tokens.find(given);
    return token && { actor: `token:${token.name}`, role: token.role, by: 'token', credential: `token:${token.id}` };
  };
  const byCookie = (request: IncomingMessage): Caller | null => {
    const secret = readCookie(request, public_url);
    const login = secret === null ? null : logins.find(secret);
    return login && { actor: `token:${login.token.name}`, role: login.token.role, by: 'cookie', credential: `login:${login.id}` };
  };
  return (request) => {
    if (fromCommandLine(request)) return { actor: `cli:${os_user}`, role: 'admin', by: 'command_line', credential: 'command_line' };
    const { authorization } = request.headers;
    const caller = authorization === undefined ? byCookie(request) : byToken(authorization);
    if (caller) return caller;
    throw new AppError(
      'UNAUTHORIZED',
      tokens.hasAdmin() ? 'A valid token is needed.' : 'No token is configured, so the API is closed on the network.',
      tokens.hasAdmin()
        ? 'Send Authorization: Bearer TOKEN. agentos token create makes one.'
        : 'Use agentos token create on this machine, or set AGENTOS_ADMIN_TOKEN.',
    );
  };
};
