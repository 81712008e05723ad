/** The channels and the connectors of the home: what they are, and what people decide about them. One table for both. */
import type { TSchema } from 'typebox';
import {
  ApproveBody,
  ChannelAnswer,
  ChannelTestAnswer,
  ConfigBody,
  ConnectorAnswer,
  ConnectorTestAnswer,
} from '../../../schemas/api/channels.ts';
import { ById, page } from '../../../schemas/api/common.ts';
import type { ErrorCode } from '../../errors.ts';
import type { PluginKind } from '../../registry/kinds.ts';
import { covers } from '../access/roles.ts';
import type { PluginOperations } from '../plugin-operations.ts';
import { type Route, type RouteGroup, route } from '../route.ts';
import type { RouteDeps } from '../routes.ts';

/** What differs between the two. */
interface Of {
  kind: PluginKind;
  base: string;
  not_found: ErrorCode;
  /** As a group of routes that stands alone is made without a host, it is asked for at each request. */
  operations(): PluginOperations;
  answer: { status: 200; description: string; schema: TSchema };
  test: TSchema;
  /** What its class is called. */
  code: string;
  disable: string;
}

const params = ById;

const reading = ({ kind, base, not_found, operations, answer }: Of): Route[] => [
  route({
    method: 'GET',
    path: base,
    role: 'viewer',
    operation: `list_${kind}s`,
    summary: `Every ${kind}: state, reason, fix`,
    answer: { status: 200, description: 'All of them, in one page.', schema: page(answer.schema) },
    handle: () => ({ items: operations().list(), next_cursor: null }),
  }),
  route({
    method: 'GET',
    path: `${base}/:id`,
    role: 'viewer',
    operation: `get_${kind}`,
    summary: `One ${kind}: state, reason, fix, permissions, digest, problems`,
    params,
    answer: { ...answer, description: `The ${kind}.` },
    refuses: [not_found],
    handle: ({ params: { id } }) => operations().show(id),
  }),
];

const deciding = ({ kind, base, not_found, operations, answer, disable }: Of): Route[] => [
  route({
    method: 'POST',
    path: `${base}/:id/enable`,
    role: 'operator',
    operation: `enable_${kind}`,
    summary: 'Lets it run; tries again after a quarantine',
    params,
    answer,
    refuses: [not_found, 'SET_IN_FILE'],
    handle: ({ params: { id }, caller }) => operations().enable(id, caller.actor),
  }),
  route({
    method: 'POST',
    path: `${base}/:id/disable`,
    role: 'operator',
    operation: `disable_${kind}`,
    summary: disable,
    params,
    answer,
    refuses: [not_found],
    handle: ({ params: { id }, caller }) => operations().disable(id, caller.actor),
  }),
  route({
    method: 'POST',
    path: `${base}/:id/approve`,
    role: 'admin',
    operation: `approve_${kind}`,
    summary: 'Lets the code in its folder run, with the permissions shown',
    params,
    body: ApproveBody,
    body_optional: true,
    answer,
    refuses: [not_found, 'DIGEST_MISMATCH', 'MANIFEST_INVALID', 'SET_IN_FILE'],
    handle: ({ params: { id }, body, caller }) => operations().approve(id, body?.digest ?? null, caller.actor),
  }),
  route({
    method: 'PUT',
    path: `${base}/:id/config`,
    role: 'operator',
    operation: `configure_${kind}`,
    summary: 'Sets values of its configuration, sealed; secrets and addresses that a permission refers to need an admin',
    params,
    body: ConfigBody,
    answer,
    refuses: [not_found, 'MANIFEST_INVALID', 'SET_IN_FILE'],
    handle: ({ params: { id }, body, caller }) =>
      operations().configure(id, body, { actor: caller.actor, may_grant: covers(caller.role, 'admin') }),
  }),
];

const acting = ({ kind, base, not_found, operations, answer, test, code }: Of): Route[] => [
  route({
    method: 'POST',
    path: `${base}/:id/reload`,
    role: 'operator',
    operation: `reload_${kind}`,
    summary: 'Reads its folder again, and starts its code anew',
    params,
    answer,
    refuses: [not_found],
    handle: ({ params: { id }, caller }) => operations().reload(id, caller.actor),
  }),
  route({
    method: 'POST',
    path: `${base}/:id/test`,
    role: 'operator',
    operation: `test_${kind}`,
    summary: code,
    params,
    answer: { status: 200, description: 'What was found.', schema: test },
    refuses: [not_found],
    handle: ({ params: { id }, caller }) => operations().test(id, caller.actor),
  }),
];

const group = (of: Of): RouteGroup => ({
  name: `${of.kind}s`,
  description: `The ${of.kind}s of this home, and what is decided about them.`,
  routes: [...reading(of), ...deciding(of), ...acting(of)],
});

export const channelRoutes = (deps: RouteDeps): RouteGroup =>
  group({
    kind: 'channel',
    base: '/api/channels',
    not_found: 'CHANNEL_NOT_FOUND',
    operations: () => deps.operations.channels,
    answer: { status: 200, description: 'The channel as it is now.', schema: ChannelAnswer },
    test: ChannelTestAnswer,
    code: 'Asks its adapter whether the account is well',
    disable: 'Stops it; its deliveries wait',
  });

export const connectorRoutes = (deps: RouteDeps): RouteGroup =>
  group({
    kind: 'connector',
    base: '/api/connectors',
    not_found: 'CONNECTOR_NOT_FOUND',
    operations: () => deps.operations.connectors,
    answer: { status: 200, description: 'The connector as it is now.', schema: ConnectorAnswer },
    test: ConnectorTestAnswer,
    code: 'Asks it whether its configuration does and its service is well',
    disable: 'Stops it; its operations are refused',
  });
