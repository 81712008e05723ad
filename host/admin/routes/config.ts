/** Effective settings and where they come from. */
import Type from 'typebox';
import { SettingAnswer } from '../../../schemas/api/channels.ts';
import { closed, Id, page } from '../../../schemas/api/common.ts';
import { type RouteGroup, route } from '../route.ts';
import type { RouteDeps } from '../routes.ts';

export const configRoutes = ({ operations }: RouteDeps): RouteGroup => ({
  name: 'config',
  description: 'Effective settings and where they come from, secrets masked.',
  routes: [
    route({
      method: 'GET',
      path: '/api/config',
      role: 'viewer',
      operation: 'list_settings',
      summary: 'Every setting',
      answer: { status: 200, description: 'All of them, in one page.', schema: page(SettingAnswer) },
      handle: () => ({ items: operations.listConfig(), next_cursor: null }),
    }),
    route({
      method: 'GET',
      path: '/api/config/:key',
      role: 'viewer',
      operation: 'get_setting',
      summary: 'One setting: network_mode, rate_limits, channels.telegram.bot_token, …',
      params: Type.Object({ key: Id }, closed),
      answer: { status: 200, description: 'The setting.', schema: SettingAnswer },
      refuses: ['NOT_FOUND'],
      handle: ({ params }) => operations.getConfig(params.key),
    }),
  ],
});
