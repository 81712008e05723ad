/** The API described by itself. */
import Type from 'typebox';
import { type RouteGroup, route } from '../route.ts';
import type { RouteDeps } from '../routes.ts';

export const describeRoutes = ({ document }: RouteDeps): RouteGroup => ({
  name: 'description',
  description: 'The API described by itself.',
  routes: [
    route({
      method: 'GET',
      path: '/api/openapi.json',
      role: 'viewer',
      operation: 'get_openapi',
      summary: 'The OpenAPI 3.1 document of these routes, made from the schemas in use',
      answer: { status: 200, description: 'The document.', schema: Type.Object({ openapi: Type.String() }) },
      handle: () => document(),
    }),
  ],
});
