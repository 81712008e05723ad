/** The channels of the home: what they are, and what people decide about them. */
import { ApproveBody, ChannelAnswer, ChannelTestAnswer, ConfigBody } from '../../../schemas/api/channels.ts';
import { ById, page } from '../../../schemas/api/common.ts';
import { covers } from '../access/roles.ts';
import { type Route, type RouteGroup, route } from '../route.ts';
import type { RouteDeps } from '../routes.ts';

const answer = { status: 200, description: 'The channel as it is now.', schema: ChannelAnswer } as const;
const params = ById;

const reading = ({ operations }: RouteDeps): Route[] => [
  route({
    method: 'GET',
    path: '/api/channels',
    role: 'viewer',
    operation: 'list_channels',
    summary: 'Every channel: state, reason, fix',
    answer: { status: 200, description: 'All of them, in one page.', schema: page(ChannelAnswer) },
    handle: () => ({ items: operations.listChannels(), next_cursor: null }),
  }),
  route({
    method: 'GET',
    path: '/api/channels/:id',
    role: 'viewer',
    operation: 'get_channel',
    summary: 'One channel: state, reason, fix, permissions, digest, problems',
    params,
    answer: { ...answer, description: 'The channel.' },
    refuses: ['CHANNEL_NOT_FOUND'],
    handle: ({ params: { id } }) => operations.showChannel(id),
  }),
];

const deciding = ({ operations }: RouteDeps): Route[] => [
  route({
    method: 'POST',
    path: '/api/channels/:id/enable',
    role: 'operator',
    operation: 'enable_channel',
    summary: 'Lets it run; tries again after a quarantine',
    params,
    answer,
    refuses: ['CHANNEL_NOT_FOUND', 'SET_IN_FILE'],
    handle: ({ params: { id }, caller }) => operations.enableChannel(id, caller.actor),
  }),
  route({
    method: 'POST',
    path: '/api/channels/:id/disable',
    role: 'operator',
    operation: 'disable_channel',
    summary: 'Stops it; its deliveries wait',
    params,
    answer,
    refuses: ['CHANNEL_NOT_FOUND'],
    handle: ({ params: { id }, caller }) => operations.disableChannel(id, caller.actor),
  }),
  route({
    method: 'POST',
    path: '/api/channels/:id/approve',
    role: 'admin',
    operation: 'approve_channel',
    summary: 'Lets the code in its folder run, with the permissions shown',
    params,
    body: ApproveBody,
    body_optional: true,
    answer,
    refuses: ['CHANNEL_NOT_FOUND', 'DIGEST_MISMATCH', 'MANIFEST_INVALID', 'SET_IN_FILE'],
    handle: ({ params: { id }, body, caller }) => operations.approveChannel(id, body?.digest ?? null, caller.actor),
  }),
  route({
    method: 'PUT',
    path: '/api/channels/:id/config',
    role: 'operator',
    operation: 'configure_channel',
    summary: 'Sets values of its configuration, sealed; secrets and addresses that a permission refers to need an admin',
    params,
    body: ConfigBody,
    answer,
    refuses: ['CHANNEL_NOT_FOUND', 'MANIFEST_INVALID', 'SET_IN_FILE'],
    handle: ({ params: { id }, body, caller }) =>
      operations.configureChannel(id, body, { actor: caller.actor, may_grant: covers(caller.role, 'admin') }),
  }),
];

const acting = ({ operations }: RouteDeps): Route[] => [
  route({
    method: 'POST',
    path: '/api/channels/:id/reload',
    role: 'operator',
    operation: 'reload_channel',
    summary: 'Reads its folder again, and starts its code anew',
    params,
    answer,
    refuses: ['CHANNEL_NOT_FOUND'],
    handle: ({ params: { id }, caller }) => operations.reloadChannel(id, caller.actor),
  }),
  route({
    method: 'POST',
    path: '/api/channels/:id/test',
    role: 'operator',
    operation: 'test_channel',
    summary: 'Asks its adapter whether the account is well',
    params,
    answer: { status: 200, description: 'What was found.', schema: ChannelTestAnswer },
    refuses: ['CHANNEL_NOT_FOUND'],
    handle: ({ params: { id }, caller }) => operations.testChannel(id, caller.actor),
  }),
];

export const channelRoutes = (deps: RouteDeps): RouteGroup => ({
  name: 'channels',
  description: 'The channels of this home, and what is decided about them.',
  routes: [...reading(deps), ...deciding(deps), ...acting(deps)],
});
