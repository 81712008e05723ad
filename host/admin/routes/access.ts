/** Tokens, and logins of the console. */
import { CreatedTokenAnswer, LoginAnswer, LoginBody, NewTokenBody, TokenAnswer } from '../../../schemas/api/access.ts';
import { ById, page } from '../../../schemas/api/common.ts';
import { AppError } from '../../errors.ts';
import { cookieKind, dropCookie, setCookie } from '../access/cookie.ts';
import { parseExpiry } from '../access/expiry.ts';
import { type Route, type RouteGroup, route } from '../route.ts';
import type { RouteDeps } from '../routes.ts';

const tokenRoutes = ({ access }: RouteDeps): Route[] => [
  route({
    method: 'GET',
    path: '/api/tokens',
    role: 'admin',
    operation: 'list_tokens',
    summary: 'Every token that was not revoked: role, name, last use, end',
    answer: { status: 200, description: 'All of them, in one page.', schema: page(TokenAnswer) },
    handle: () => ({ items: access.tokens.list(), next_cursor: null }),
  }),
  route({
    method: 'POST',
    path: '/api/tokens',
    role: 'admin',
    operation: 'create_token',
    summary: 'Makes a token; it is shown in this answer and nowhere else',
    body: NewTokenBody,
    answer: { status: 201, description: 'The token.', schema: CreatedTokenAnswer },
    refuses: ['STATE_CONFLICT'],
    handle: ({ body: { name, role, ...end }, caller }) =>
      access.tokens.create({ name, role, expires_at: parseExpiry(end, access.now()) }, caller.actor),
  }),
  route({
    method: 'DELETE',
    path: '/api/tokens/:id',
    role: 'admin',
    operation: 'revoke_token',
    summary: 'Ends a token, its logins and its open streams',
    params: ById,
    answer: { status: 200, description: 'What it was.', schema: TokenAnswer },
    refuses: ['NOT_FOUND'],
    handle: ({ params, caller }) => access.tokens.revoke(params.id, caller.actor),
  }),
];

const loginRoutes = ({ access, public_url }: RouteDeps): Route[] => [
  route({
    method: 'POST',
    path: '/api/login',
    role: 'anyone',
    operation: 'login',
    summary: 'Takes a token once and answers with a cookie, for the console',
    body: LoginBody,
    answer: {
      status: 200,
      description: 'Whose token it is. The cookie is __Host-aos over HTTPS, aos on this machine.',
      schema: LoginAnswer,
    },
    refuses: ['UNAUTHORIZED', 'FORBIDDEN', 'RATE_LIMITED'],
    async handle({ body, request, reply }) {
      const kind = cookieKind(request.raw, public_url);
      if (kind === 'none')
        throw new AppError('FORBIDDEN', 'A login over plain HTTP would go over the network in the open.', 'Use HTTPS, or localhost.');
      const address = request.raw.socket.remoteAddress === undefined ? 'command line' : request.ip;
      const wait_ms = access.loginWait(address);
      if (wait_ms > 0) {
        const seconds = Math.ceil(wait_ms / 1000);
        reply.header('retry-after', String(seconds));
        throw new AppError('RATE_LIMITED', 'Too many logins failed.', `Wait ${seconds} seconds, then try again.`);
      }
      const { secret, login } = await access.login(body.token, address);
      reply.header('set-cookie', setCookie(kind, secret));
      return { name: login.token.name, role: login.token.role };
    },
  }),
  route({
    method: 'GET',
    path: '/api/login',
    role: 'viewer',
    operation: 'get_login',
    summary: 'Whose login or token this is, and what it may do',
    answer: { status: 200, description: 'Named as in the audit trail, without the kind in front.', schema: LoginAnswer },
    handle: ({ caller: { actor, role } }) => ({ name: actor.slice(actor.indexOf(':') + 1), role }),
  }),
  route({
    method: 'POST',
    path: '/api/logout',
    role: 'viewer',
    operation: 'logout',
    summary: 'Ends the login of the cookie, and its open streams',
    answer: { status: 204, description: 'It is over.' },
    async handle({ caller, request, reply }) {
      await access.logout(caller);
      const kind = cookieKind(request.raw, public_url);
      if (kind !== 'none') reply.header('set-cookie', dropCookie(kind));
      return reply.status(204).send();
    },
  }),
];

export const accessRoutes = (deps: RouteDeps): RouteGroup => ({
  name: 'access',
  description: 'Who may use this API.',
  routes: [...tokenRoutes(deps), ...loginRoutes(deps)],
});
