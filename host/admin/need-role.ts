/** What a route asks of the one who calls it. */
import type { FastifyRequest } from 'fastify';
import { AppError } from '../errors.ts';
import type { Role } from './mode-operations.ts';

const RANK: Record<Role, number> = { viewer: 0, operator: 1, admin: 2 };

/** Throws `FORBIDDEN`. */
export const need = (request: FastifyRequest, role: Role): void => {
  // A role that nobody knows is none.
  if ((RANK[request.role] ?? -1) >= RANK[role]) return;
  throw new AppError('FORBIDDEN', `This needs the role ${role}.`, 'Use a token with that role, or the agentos command on the host.');
};
