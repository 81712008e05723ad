/** Which secrets have values, never the values; and a new host key. */
import { page } from '../../../schemas/api/common.ts';
import { RotateBody, RotationAnswer, SecretAnswer } from '../../../schemas/api/secrets.ts';
import { AppError } from '../../errors.ts';
import { type RouteGroup, route } from '../route.ts';
import type { RouteDeps } from '../routes.ts';

const keyOf = (text: string): Buffer => {
  const key = Buffer.from(text, 'base64');
  if (key.length === 32 && key.toString('base64') === text) return key;
  throw new AppError('INVALID_PARAMS', 'new_key does not hold 32 bytes in base64.', 'openssl rand -base64 32');
};

export const secretRoutes = (deps: RouteDeps): RouteGroup => ({
  name: 'secrets',
  description: 'Which secrets have values, never the values; and the host key.',
  routes: [
    route({
      method: 'GET',
      path: '/api/secrets',
      role: 'admin',
      operation: 'list_secrets',
      summary: 'Which secrets have values, and from where',
      answer: { status: 200, description: 'All of them, in one page.', schema: page(SecretAnswer) },
      handle: () => ({ items: deps.people.listSecrets(), next_cursor: null }),
    }),
    route({
      method: 'POST',
      path: '/api/secrets/rotate',
      role: 'admin',
      operation: 'rotate_host_key',
      summary: 'A new host key; new_key on the command socket only',
      body: RotateBody,
      answer: { status: 200, description: 'What was sealed anew.', schema: RotationAnswer },
      refuses: ['STATE_CONFLICT'],
      handle({ body: { new_key }, caller }) {
        // A key does not travel over a network.
        if (new_key !== undefined && caller.by !== 'command_line')
          throw new AppError(
            'FORBIDDEN',
            'A key is taken from the command line on this machine only.',
            'agentos secrets rotate --key-file FILE',
          );
        return deps.people.rotate(new_key === undefined ? null : keyOf(new_key), caller.actor);
      },
    }),
  ],
});
