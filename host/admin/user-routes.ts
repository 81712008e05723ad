/** What is stored of one user of a channel: everything of it in one answer, or gone. */
import type { FastifyInstance } from 'fastify';
import Type, { type Static } from 'typebox';
import type { ErasureReport } from '../people/erase.ts';
import type { PersonExport } from '../people/export.ts';
import { need } from './need-role.ts';

export interface UserOperations {
  exportUser(channel_id: string, user_key: string): Promise<PersonExport>;
  eraseUser(channel_id: string, user_key: string, actor: string): Promise<ErasureReport>;
}

const User = Type.Object({
  channel_id: Type.String({ minLength: 1, maxLength: 64 }),
  user_key: Type.String({ minLength: 1, maxLength: 255 }),
});
type User = Static<typeof User>;

export const registerUserRoutes = (app: FastifyInstance, operations: UserOperations): void => {
  app.get('/api/users/:channel_id/:user_key', { schema: { params: User } }, (request) => {
    need(request, 'admin');
    const { channel_id, user_key } = request.params as User;
    return operations.exportUser(channel_id, user_key);
  });
  app.delete('/api/users/:channel_id/:user_key', { schema: { params: User } }, (request) => {
    need(request, 'admin');
    const { channel_id, user_key } = request.params as User;
    return operations.eraseUser(channel_id, user_key, request.actor);
  });
};
