/** Who asks. One function authenticates every route below `/api`. */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { AppError } from '../errors.ts';

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

export interface AuthenticateOptions {
  /** `AGENTOS_ADMIN_TOKEN`; null: nobody may come over the network. */
  admin_token: string | null;
  /** True for requests of the command line's socket. */
  fromCommandLine(request: IncomingMessage): boolean;
  os_user: string;
}

export const createAuthenticate = ({ admin_token, fromCommandLine, os_user }: AuthenticateOptions) => {
  const expected = admin_token === null ? null : digest(admin_token);
  /** The actor's name. Throws `UNAUTHORIZED`. Compares hashes, so that neither time nor length tells anything. */
  return (request: IncomingMessage): string => {
    if (fromCommandLine(request)) return `cli:${os_user}`;
    const given = /^Bearer ([\x21-\x7e]{1,512})$/.exec(request.headers.authorization ?? '')?.[1];
    if (expected !== null && given !== undefined && timingSafeEqual(digest(given), expected)) return 'token:admin';
    throw new AppError(
      'UNAUTHORIZED',
      expected === null ? 'No token is configured, so the API is closed on the network.' : 'A valid token is needed.',
      expected === null ? 'Set AGENTOS_ADMIN_TOKEN, or use the agentos command on this machine.' : 'Send Authorization: Bearer TOKEN.',
    );
  };
};
