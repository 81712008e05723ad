/** The routes of people and keys, for every role. */
import Fastify, { type FastifyInstance } from 'fastify';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Role } from '../../../host/admin/mode-operations.ts';
import { registerSecretRoutes, type SecretOperations } from '../../../host/admin/secret-routes.ts';
import { registerUserRoutes, type UserOperations } from '../../../host/admin/user-routes.ts';
import type { AppError } from '../../../host/errors.ts';
import { problem } from '../../../host/http/problem.ts';

let app: FastifyInstance;
let done: string[];
beforeEach(async () => {
  done = [];
  const noted =
    (what: string) =>
    async (...args: unknown[]) => {
      done.push(`${what} ${args.at(-1)}`);
      return {};
    };
  app = Fastify();
  app.decorateRequest('actor', '');
  app.decorateRequest('role', 'viewer');
  app.addHook('onRequest', async (request) => {
    request.role = request.headers['x-role'] as Role;
    request.actor = `token:${request.role}`;
  });
  app.setErrorHandler((error, _request, reply) => {
    const { status, body } = problem(error as AppError);
    return reply.status(status).send(body);
  });
  registerUserRoutes(app, { exportUser: noted('exported'), eraseUser: noted('erased') } as unknown as UserOperations);
  registerSecretRoutes(app, {
    listSecrets: () => {
      done.push('listed');
      return [];
    },
    rotate: noted('rotated'),
  } as unknown as SecretOperations);
  await app.ready();
});
afterEach(() => app.close());

const ROUTES = [
  ['GET', '/api/users/telegram/ada', 'exported ada'],
  ['DELETE', '/api/users/telegram/ada', 'erased token:admin'],
  ['GET', '/api/secrets', 'listed'],
  ['POST', '/api/secrets/rotate', 'rotated token:admin'],
] as const;
const ask = (role: string, method: 'GET' | 'POST' | 'DELETE', url: string) =>
  app.inject({ method, url, headers: { 'x-role': role }, ...(method === 'POST' ? { payload: {} } : {}) });

describe.each(ROUTES)('%s %s', (method, url, what) => {
  it('is for an admin', async () => {
    expect((await ask('admin', method, url)).statusCode).toBe(200);
    expect(done).toEqual([what]);
  });

  it.each(['viewer', 'operator', 'nobody', 'constructor'])('is not for a %s', async (role) => {
    const answer = await ask(role, method, url);
    expect([answer.statusCode, answer.json().code]).toEqual([403, 'FORBIDDEN']);
    expect(done).toEqual([]);
  });
});
