/** Which secrets have values, never the values; and a new host key. */
import type { FastifyInstance } from 'fastify';
import Type, { type Static } from 'typebox';
import type { SecretState } from '../config/secret-list.ts';
import { AppError } from '../errors.ts';
import type { Rotation } from '../secrets/rotate.ts';
import { need } from './need-role.ts';

export interface SecretOperations {
  listSecrets(): SecretState[];
  rotate(key: Buffer | null, actor: string): Promise<Rotation>;
}

/** `new_key`: 32 bytes, base64. */
const Rotate = Type.Object({ new_key: Type.Optional(Type.String({ minLength: 1, maxLength: 100 })) }, { additionalProperties: false });

const keyOf = (text: string): Buffer => {
  const key = Buffer.from(text, 'base64');
  if (key.length === 32 && key.toString('base64') === text) return key;
  throw new AppError('INVALID_PARAMS', 'new_key does not hold 32 bytes in base64.', 'openssl rand -base64 32');
};

export const registerSecretRoutes = (app: FastifyInstance, operations: SecretOperations): void => {
  app.get('/api/secrets', (request) => {
    need(request, 'admin');
    return { items: operations.listSecrets(), next_cursor: null };
  });
  app.post('/api/secrets/rotate', { schema: { body: Rotate } }, (request) => {
    need(request, 'admin');
    const { new_key } = request.body as Static<typeof Rotate>;
    // A key does not travel over a network.
    if (new_key !== undefined && !request.actor.startsWith('cli:'))
      throw new AppError(
        'FORBIDDEN',
        'A key is taken from the command line on this machine only.',
        'agentos secrets rotate --key-file FILE',
      );
    return operations.rotate(new_key === undefined ? null : keyOf(new_key), request.actor);
  });
};
