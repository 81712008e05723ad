/** Puts the operators' page into the host's HTTP app. It holds nothing of anybody: what it shows it asks the API for. */
import path from 'node:path';
import type { FastifyInstance } from 'fastify';
import { AppError } from '../errors.ts';
import { readPageFiles } from '../pages/page-files.ts';
import { SECURITY_HEADERS } from '../pages/page-headers.ts';
import { serveAssets } from '../pages/serve-assets.ts';

export const mountConsole = (app: FastifyInstance, dist_dir: string): void => {
  void app.register(async (scope) => {
    const files = await readPageFiles(path.join(dist_dir, 'console'));
    scope.addHook('onRequest', async (_request, reply) => void reply.headers(SECURITY_HEADERS));
    scope.get('/', (_request, reply) => {
      if (files === null) throw new AppError('NOT_FOUND', 'The console is not built.', 'Run npm run build, then start the host again.');
      // A new version of the host has a new page; its files are kept for ever by their names.
      return reply.header('cache-control', 'no-cache').type('text/html; charset=utf-8').send(files.index);
    });
    serveAssets(scope, '/console/assets/', '/', files);
  });
};
