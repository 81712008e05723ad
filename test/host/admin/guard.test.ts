/** A route that somebody mounts past the table. */
import { expect, it, onTestFinished } from 'vitest';
import type { Caller } from '../../../host/admin/access/roles.ts';
import { createApp } from '../../../host/admin/app.ts';
import { AppError } from '../../../host/errors.ts';

it('below /api it is open to an admin only, and writes need JSON there too', async () => {
  const app = createApp({
    routes: [],
    authenticate({ headers }): Caller {
      const role = headers.authorization as Caller['role'] | undefined;
      if (!role) throw new AppError('UNAUTHORIZED', 'Who are you?');
      return { actor: `token:${role}`, role, by: 'token', credential: 'token:x' };
    },
    fromCommandLine: () => false,
    public_url: null,
    trusted_proxies: [],
    on_error: (error) => expect.unreachable(String(error)),
    on_closing: () => undefined,
    mount(mounted) {
      mounted.get('/api/past-the-table', () => ({}));
      mounted.post('/api/past-the-table', () => ({}));
      mounted.get('/elsewhere', () => ({}));
    },
  });
  onTestFinished(() => app.close());
  const status = async (url: string, headers: Record<string, string>, method: 'GET' | 'POST' = 'GET', payload?: string) =>
    (await app.inject({ url, method, headers: { host: 'localhost', ...headers }, ...(payload === undefined ? {} : { payload }) }))
      .statusCode;
  const asked = ['', 'viewer', 'operator', 'admin'].map((authorization) =>
    status('/api/past-the-table', authorization ? { authorization } : {}),
  );
  expect(await Promise.all(asked)).toEqual([401, 403, 403, 200]);
  const admin = { authorization: 'admin' };
  expect(await status('/api/past-the-table', { ...admin, 'content-type': 'text/plain' }, 'POST', '{}')).toBe(415);
  expect(await status('/api/past-the-table', { ...admin, 'content-type': 'application/json' }, 'POST', '{}')).toBe(200);
  expect(await status('/api/nothing', { authorization: 'viewer' })).toBe(404);
  expect(await status('/elsewhere', {})).toBe(200);
});
