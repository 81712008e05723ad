/** Files that people sent. */
import { ByAttachment } from '../../../schemas/api/messages.ts';
import { type RouteGroup, route } from '../route.ts';
import type { RouteDeps } from '../routes.ts';

export const attachmentRoutes = (deps: RouteDeps): RouteGroup => ({
  name: 'attachments',
  description: 'Files that people sent.',
  routes: [
    route({
      method: 'GET',
      path: '/api/attachments/:id',
      role: 'viewer',
      operation: 'get_attachment',
      summary: 'A file that somebody sent, fetched from its platform, as a download',
      params: ByAttachment,
      answer: { status: 200, description: 'Its bytes.', content_type: 'application/octet-stream' },
      refuses: ['ATTACHMENT_NOT_FOUND', 'ATTACHMENT_UNAVAILABLE', 'NETWORK_MODE_BLOCKED', 'TOO_LARGE'],
      async handle({ params: { id }, reply }) {
        const { content_type, content_disposition, bytes } = await deps.operations.attachments.download(id);
        // Whatever it is, a browser that opens it all the same runs nothing of it.
        return reply
          .header('content-security-policy', 'sandbox')
          .header('content-disposition', content_disposition)
          .type(content_type)
          .send(bytes);
      },
    }),
  ],
});
