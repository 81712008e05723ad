/** The files of a built page. No request ever names a path on the disk. */
import type { FastifyInstance } from 'fastify';
import { AppError } from '../errors.ts';
import type { PageFiles } from './page-files.ts';

/** `files` is null when the page was not built; `page_url` is where a stale page is loaded anew. */
export const serveAssets = (app: FastifyInstance, assets_url: string, page_url: string, files: PageFiles | null): void => {
  app.get<{ Params: { name: string } }>(`${assets_url}:name`, (request, reply) => {
    const asset = files?.assets.get(request.params.name);
    if (!asset) throw new AppError('NOT_FOUND', 'The page has no such file.', `Reload ${page_url}.`);
    return reply.header('cache-control', 'public, max-age=31536000, immutable').type(asset.content_type).send(asset.bytes);
  });
};
